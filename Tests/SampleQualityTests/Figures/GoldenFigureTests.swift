import SampleQuality
import Testing

/// Every figure against NumPy's and SciPy's, by the definitions of the papers.
@Suite struct GoldenFigureTests {
    private let golden: GoldenFigures
    private let real: FeatureMatrix
    private let generated: FeatureMatrix
    private let training: FeatureMatrix

    init() throws {
        golden = try GoldenFigures()
        real = try golden.features("real")
        generated = try golden.features("generated")
        training = try golden.features("training")
    }

    @Test func frechetDistanceIsSciPys() throws {
        let distance = FrechetDistance.between(GaussianStatistics(of: real), GaussianStatistics(of: generated))
        expect([distance], toMatch: try golden.doubles("frechet"), within: 1e-9)
    }

    @Test func eigenvaluesAreNumPys() throws {
        let statistics = GaussianStatistics(of: real)
        for withVectors in [true, false] {
            let eigen = SymmetricEigen(statistics.covariance, size: 16, withVectors: withVectors)
            expect(eigen.values, toMatch: try golden.doubles("eigenvalues"), within: 1e-11)
        }
    }

    @Test func kernelDistanceIsTheMeanOfUnbiasedDiscrepancies() throws {
        let subsets = zip(try golden.rows("subsets/real"), try golden.rows("subsets/generated"))
        let distance = KernelDistance(
            real: real, generated: generated, subsets: subsets.map { (real: $0.0, generated: $0.1) })
        expect([distance.mean, distance.deviation], toMatch: try golden.doubles("kid"), within: 1e-4)
        #expect(distance.subsets == 4 && distance.subsetSize == 60)
    }

    @Test func neighboursAreThoseOfAllPairs() throws {
        let radii = Manifold(real, most: 3).radii(k: 3)
        expect(radii.map(Double.init), toMatch: try golden.doubles("radii"), within: 1e-4)
        let nearest = Neighbourhoods.nearest(to: generated, among: training)
        #expect(nearest.map(\.index) == (try golden.doubles("nearest")).map { Int($0) })
        expect(
            nearest.map { Double($0.squaredDistance) }, toMatch: try golden.doubles("nearestDistances"), within: 2e-3)
    }

    @Test func precisionAndRecall() throws {
        let figures = PrecisionRecall(real: real, generated: generated)
        expect([figures.precision, figures.recall], toMatch: try golden.doubles("precisionRecall"), within: 1e-12)
    }

    @Test func densityAndCoverage() throws {
        let figures = DensityCoverage(real: real, generated: generated)
        expect([figures.density, figures.coverage], toMatch: try golden.doubles("densityCoverage"), within: 1e-12)
    }

    @Test func classifierScoreAndHistogram() throws {
        let score = ClassifierScore(probabilities: try golden.floats("probabilities"), classes: 10)
        let other = ClassifierScore(probabilities: try golden.floats("realProbabilities"), classes: 10)
        expect([score.score], toMatch: try golden.doubles("score"), within: 1e-6)
        let divergence = ClassHistogram.divergence(generated: score.histogram, real: other.histogram)
        expect([divergence], toMatch: try golden.doubles("histogramDivergence"), within: 1e-12)
    }

    @Test func memorisation() throws {
        let figures = Memorisation(generated: generated, training: training, heldOut: real)
        expect([figures.ratio], toMatch: try golden.doubles("memorisation"), within: 1e-5)
        // The five that were made from training vectors are the nearest pairs.
        let pairs = figures.nearestPairs(5)
        #expect(Set(pairs.map(\.generated)) == Set(10..<15))
        #expect(pairs.allSatisfy { $0.training == $0.generated - 10 })
    }

    @Test func quantilesAreNumPys() throws {
        let column = (0..<real.count).map { Double(real.values[$0 * real.dimensions]) }.sorted()
        let found = [Bootstrap.quantile(column, 0.025), Bootstrap.quantile(column, 0.975)]
        expect(found, toMatch: try golden.doubles("quantiles"), within: 1e-12)
    }
}
