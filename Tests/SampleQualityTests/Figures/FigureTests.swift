import Foundation
import SampleQuality
import Testing

/// What figures are where it is known without computing.
@Suite struct FigureTests {
    /// Vectors without a pattern, of mean 0, more than a tile has of both.
    private func features(_ count: Int, dimensions: Int = 8, seed: Int, shift: Float = 0) -> FeatureMatrix {
        let values = (0..<count * dimensions).map { index -> Float in
            var h = UInt64(index &* 31 &+ seed &* 7_919 &+ 1) &* 0x9E37_79B9_7F4A_7C15
            h ^= h >> 29
            h = h &* 0xBF58_476D_1CE4_E5B9
            h ^= h >> 32
            return Float(h >> 40) / Float(1 << 24) - 0.5 + shift
        }
        return FeatureMatrix(values, dimensions: dimensions)
    }

    @Test func tilesCoverEveryPairOnce() {
        let (a, b) = (features(300, seed: 1), features(2100, seed: 2))
        let counts = DistanceTiles(from: a, to: b).reduceRows(0) { count, _, _, distances in count += distances.count }
        #expect(counts == Array(repeating: 2100, count: 300))
        let infinite = [Float](repeating: .infinity, count: 2100)
        #expect(Neighbourhoods.ballCounts(of: a, about: b, radii: infinite).allSatisfy { $0 == 2100 })
        let nearest = Neighbourhoods.nearest(to: a, among: b)
        for row in stride(from: 0, to: 300, by: 37) {
            let distances = (0..<2100).map { other in
                (0..<8).reduce(Float(0)) { sum, axis in
                    let difference = a.values[row * 8 + axis] - b.values[other * 8 + axis]
                    return sum + difference * difference
                }
            }
            #expect(nearest[row].index == distances.indices.min { distances[$0] < distances[$1] })
        }
    }

    @Test func aSetIsItsOwnManifold() {
        let set = features(1200, seed: 3)
        let figures = PrecisionRecall(real: set, generated: set)
        #expect(figures.precision == 1 && figures.recall == 1)
        let density = DensityCoverage(real: set, generated: set)
        #expect(density.coverage == 1)
        // Each ball holds its five neighbours and its centre.
        #expect(abs(density.density - 6.0 / 5) < 1e-3)
    }

    @Test func setsFarApartHaveNothingInCommon() {
        let (a, b) = (features(400, seed: 4), features(300, seed: 5, shift: 20))
        let figures = PrecisionRecall(real: a, generated: b)
        #expect(figures.precision == 0 && figures.recall == 0)
        let density = DensityCoverage(real: a, generated: b)
        #expect(density.density == 0 && density.coverage == 0)
    }

    /// Two halves of one distribution: an unbiased estimate is as often below 0 as above.
    @Test func kernelDistanceOfEqualDistributionsIsAboutZero() {
        let distance = KernelDistance(real: features(1500, seed: 6), generated: features(1500, seed: 7))
        #expect(abs(distance.mean) < 1e-3 && distance.subsets == 100 && distance.subsetSize == 500)
        #expect(KernelDistance.subsetSize(real: 10_000, generated: 3000) == 1000)
        #expect(KernelDistance.subsetSize(real: 300, generated: 9000) == 100)
        let far = KernelDistance(real: features(1500, seed: 6), generated: features(1500, seed: 7, shift: 1))
        #expect(far.mean > 10 * far.deviation)
    }

    /// Certain answers, evenly spread over the classes: as many as there are. Answers that are all alike: 1.
    @Test func scoresReachFromOneToTheNumberOfClasses() {
        let certain = (0..<40).flatMap { image in (0..<4).map { Float($0 == image % 4 ? 1 : 0) } }
        #expect(abs(ClassifierScore(probabilities: certain, classes: 4).score - 4) < 1e-12)
        let alike = (0..<40).flatMap { _ in [Float](repeating: 0.25, count: 4) }
        #expect(abs(ClassifierScore(probabilities: alike, classes: 4).score - 1) < 1e-12)
        #expect(ClassifierScore(probabilities: certain, classes: 4).histogram == [10, 10, 10, 10])
    }

    @Test func histogramsThatAgreeDivergeByNothing() {
        #expect(ClassHistogram.divergence(generated: [5, 5], real: [50, 50]) == 0)
        #expect(abs(ClassHistogram.divergence(generated: [8, 0], real: [50, 50]) - log(2)) < 1e-12)
        // A class that real images lack counts as one image.
        #expect(abs(ClassHistogram.divergence(generated: [0, 4], real: [10, 0]) - log(10)) < 1e-12)
    }

    @Test func copiesOfTrainingImagesAreMemorised() {
        let (training, heldOut) = (features(500, seed: 8), features(200, seed: 9))
        let copies = Memorisation(generated: training.prefix(100), training: training, heldOut: heldOut)
        #expect(copies.ratio < 1e-2)
        #expect(copies.nearest.map(\.index) == Array(0..<100))
        let own = Memorisation(
            generated: training.prefix(100), training: training, heldOut: heldOut, excludingSelf: true)
        #expect(abs(own.ratio - 1) < 0.1)
    }

    /// 26,000 samples, 26 of each triple; and all of one.
    @Test func stackedModes() {
        let even = (0..<26_000).flatMap { [$0 / 100 % 10, $0 / 10 % 10, $0 % 10] }
        #expect(StackedModes(digits: even).modesCovered == 1000)
        #expect(abs(StackedModes(digits: even).divergence) < 1e-12)
        let one = StackedModes(digits: [Int](repeating: 7, count: 300))
        #expect(one.modesCovered == 1 && one.counts[777] == 100)
        #expect(abs(one.divergence - log(1000)) < 1e-12)
    }

    /// The standard error of the mean of n values of variance v is √(v / n): the interval is 1.96 of it to both sides.
    @Test func intervalsOfMeansAreAsWideAsTheNormalDistributionHasThem() throws {
        let values = (0..<2000).map { Double($0 % 5 == 0 ? 1 : 0) }
        let interval = try #require(Bootstrap.interval(ofMean: values, seed: 1))
        let half = 1.96 * (0.2 * 0.8 / 2000).squareRoot()
        #expect(abs(interval.lower - (0.2 - half)) < 0.25 * half)
        #expect(abs(interval.upper - (0.2 + half)) < 0.25 * half)
        #expect(Bootstrap.interval(ofMean: values, seed: 1) == interval)
        #expect(Bootstrap.interval(.nan, resampled: [1, 2]) == nil)
    }

    /// The estimate lies within the interval although resamples hold duplicates, which shifts the distance.
    @Test func frechetIntervalsHoldTheEstimate() throws {
        let (a, b) = (features(900, seed: 10), features(800, seed: 11, shift: 0.05))
        let estimate = FrechetDistance.between(GaussianStatistics(of: a), GaussianStatistics(of: b))
        let resampled = FrechetDistance.bootstrap(a, b, seed: 3)
        let interval = try #require(Bootstrap.interval(estimate, resampled: resampled))
        #expect(interval.lower <= estimate && estimate <= interval.upper && interval.upper < 3 * estimate)
        #expect(FrechetDistance.bootstrap(a, b, resamples: 5, seed: 3) == Array(resampled.prefix(5)))
    }
}
