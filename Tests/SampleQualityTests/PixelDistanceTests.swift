import Datasets
import Foundation
import SampleQuality
import Testing

/// Principal components, and the distance of images to a data set by them.
struct PixelDistanceTests {
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

    /// n images have a covariance of rank n − 1 at most: 64 dimensions need 65.
    @Test func tooFewImagesHaveNoDistance() {
        #expect(PixelDistance.obstacle(training: 65, heldOut: 65) == nil)
        #expect(
            PixelDistance.obstacle(training: 5000, heldOut: 1)
                == "1 image gives no covariance in 64 dimensions; expected 65 or more")
        #expect(
            PixelDistance.obstacle(training: 64, heldOut: 64)
                == "64 images give no covariance of full rank in 64 dimensions; expected 65 or more")
        #expect(PixelDistance.obstacle(training: 20, heldOut: 100)?.hasPrefix("20 training images give") == true)
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

    /// Held-out digits are nearer to the data than digits mixed with noise, and these nearer than noise.
    @Test func worseImagesAreFartherAway() throws {
        let training = GlyphSource(seed: 1)
        let heldOut = GlyphSource(seed: 1, split: .test)
        let measure = try PixelDistance(training: training, heldOut: heldOut, count: 600, components: 32)
        let others = EvenSamples(of: GlyphSource(seed: 2), count: 600)
        let digits = try (0..<600).flatMap { try GlyphSource(seed: 2).sample(others.index($0)) }
        func mixed(_ share: Float) -> [Float] {
            digits.enumerated().map { index, pixel in
                let noise = Float(abs(sin(Double(index) * 43758.5453)))
                return (1 - share) * pixel + share * noise
            }
        }
        let (own, some, half, all) = (
            measure.distance(of: digits), measure.distance(of: mixed(0.1)), measure.distance(of: mixed(0.5)),
            measure.distance(of: mixed(1))
        )
        #expect(own < some && some < half && half < all)
        #expect(own < 3 * measure.ofTraining)
    }

    @Test func sampleIndicesAreEven() {
        let samples = EvenSamples(of: GlyphSource(seed: 0), count: 4)
        #expect((0..<4).map(samples.index) == [0, 15_000, 30_000, 45_000])
        #expect(EvenSamples(of: GlyphSource(seed: 0), count: 1 << 40).count == 60_000)
    }
}
