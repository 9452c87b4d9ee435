import Datasets
import Foundation
import SampleQuality
import Testing

/// Principal components of pixels.
@Suite struct PixelFeaturesTests {
    @Test func componentsAreTheAxesOfTheLargestVariance() {
        // Two directions in space: 3 · (1, 1, 0)/√2 and 1 · (0, 0, 1), independent of each other.
        let diagonal = 0.5.squareRoot()
        let vectors = (0..<400).flatMap { index -> [Double] in
            let (a, b) = (index % 2 == 0 ? 3.0 : -3, index / 2 % 2 == 0 ? 1.0 : -1)
            return [a * diagonal + 5, a * diagonal, b]
        }
        let space = PrincipalComponents(of: GaussianStatistics(of: vectors, dimension: 3), count: 2)
        #expect(abs(abs(space.components[0]) - diagonal) < 1e-12 && abs(abs(space.components[5]) - 1) < 1e-12)
        for (found, whole) in zip(space.variances, [9.0, 1]) {
            let expected = whole * 400 / 399
            #expect(abs(found - expected) < 1e-12)
        }
        #expect(abs(space.explainedShare - 1) < 1e-12)
        let coordinates = space.project([5, 0, 1])
        #expect(abs(coordinates[0]) < 1e-12 && abs(abs(coordinates[1]) - 1) < 1e-12)
    }

    @Test func moreComponentsThanThereAreAreNotKept() {
        let statistics = GaussianStatistics(of: [0, 0, 0, 1, 2, 3], dimension: 3)
        #expect(PrincipalComponents(of: statistics, count: 64).count == 1)
    }

    @Test func imagesAreHalvedUntilTheyAreSmall() {
        let gray = PixelReduction(of: .image(height: 28, width: 28, channels: 1))
        #expect(gray.dimension == 784)
        #expect(gray([Float](repeating: 0.5, count: 784)) == [Double](repeating: 0.5, count: 784))
        let color = PixelReduction(of: .image(height: 64, width: 64, channels: 3))
        #expect(color.dimension == 16 * 16 * 3)
        // Every channel is its own number: the average of equal values is the value.
        let shades: [Double] = [0.25, 0.5, 1]
        let image: [Float] = (0..<64 * 64 * 3).map { Float(shades[$0 % 3]) }
        let reduced: [Double] = (0..<16 * 16 * 3).map { shades[$0 % 3] }
        #expect(color(image) == reduced)
        // A bright top left square of 4×4 pixels is one bright value.
        let square = (0..<64 * 64 * 3).map { place -> Float in
            let (y, x) = (place / 3 / 64, place / 3 % 64)
            return y < 4 && x < 4 ? 1 : 0
        }
        #expect(color(square).prefix(3) == [1, 1, 1])
        #expect(color(square).dropFirst(3).allSatisfy { $0 == 0 })
    }

    @Test func featuresAreTheCoordinates() throws {
        let source = GlyphSource(seed: 1)
        let images = try (0..<200).flatMap { try source.sample($0) }
        let extractor = PixelFeatures(training: images, shape: source.shape, components: 12)
        #expect(extractor.dimensions == 12 && extractor.name == "pixels")
        let features = FeatureMatrix(try extractor.features(of: images, count: 200), dimensions: 12)
        let statistics = GaussianStatistics(of: features)
        for axis in 0..<12 {
            #expect(abs(statistics.mean[axis]) < 1e-5)
            #expect(abs(statistics.covariance[axis * 13] - extractor.space.variances[axis]) < 1e-4)
        }
    }
}
