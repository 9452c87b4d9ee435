import Datasets
import SampleQuality
import Testing

/// The features of the network with random weights.
@Suite struct RandomFeaturesTests {
    private func images(_ count: Int, _ shape: SampleShape) -> [Float] {
        (0..<count * shape.elementCount).map { index in
            let word = UInt32(truncatingIfNeeded: index &* 7_919 &+ 13) &* 2_654_435_761
            return Float(word >> 8) / Float(1 << 24)
        }
    }

    @Test(arguments: [
        SampleShape.image(height: 28, width: 28, channels: 1), .image(height: 32, width: 32, channels: 3),
        .image(height: 64, width: 48, channels: 3), .image(height: 9, width: 100, channels: 1),
        .image(height: 150, width: 130, channels: 3), .image(height: 5, width: 4, channels: 3),
        .image(height: 1, width: 1, channels: 1),
    ])
    func imagesOfAnySizeHaveThem(_ shape: SampleShape) throws {
        let extractor = RandomFeatures(shape: shape)
        #expect(extractor.dimensions == 128 && extractor.name == "random")
        let pixels = images(35, shape)
        let features = try extractor.features(of: pixels, count: 35)
        #expect(features.count == 35 * 128 && features.allSatisfy(\.isFinite))
        #expect(Set(features).count > 128)
        // An image's features do not depend on what stands beside it.
        let size = shape.elementCount
        let last = try extractor.features(of: Array(pixels[34 * size..<35 * size]), count: 1)
        for (alone, among) in zip(last, features.suffix(128)) {
            #expect(abs(alone - among) <= 1e-4 * max(1, abs(among)))
        }
    }

    @Test func theSameNetworkIsMadeEveryTime() throws {
        let shape = SampleShape.image(height: 28, width: 28, channels: 1)
        let (one, other) = (RandomFeatures(shape: shape), RandomFeatures(shape: shape))
        #expect(one.identity == other.identity && one.identity.count == 16)
        #expect(try one.features(of: images(3, shape), count: 3) == other.features(of: images(3, shape), count: 3))
        #expect(RandomFeatures(shape: .image(height: 28, width: 28, channels: 3)).identity != one.identity)
    }

    @Test func imagesOfAnotherShapeAreRefused() {
        let extractor = RandomFeatures(shape: .image(height: 8, width: 8, channels: 3))
        let error = #expect(throws: DatasetError.self) {
            try extractor.features(of: [Float](repeating: 0, count: 64), count: 1)
        }
        #expect(error?.description.contains("expected 1 of 8×8 RGB, got 64 values") == true)
    }
}
