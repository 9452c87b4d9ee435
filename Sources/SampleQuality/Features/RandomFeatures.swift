import Coordination
import Datasets
import FileFormats
import TensorCore

/// The features of a convolutional network with random weights, for data that no classifier knows. Naeem et al. (2020) found
/// that such features tell sets of images apart where those of a network trained on other images mislead.
///
/// Pixels from −1 to 1; 3×3 convolutions of 32, 64, 64, … filters without biases, each with a rectifier and an average over 2×2
/// pixels, until the shorter side is under 8; one more of 32; the mean of each quarter of the image: 128 numbers. Images with a
/// shorter side over 64 are averaged down before. The weights are N(0, 2 / fan-in) (He et al., 2015) of a fixed seed.
package struct RandomFeatures: FeatureExtractor {
    package let name = "random"
    package let identity: String
    package let dimensions: Int

    private static let seed: UInt64 = 0x6761_6E67_6C69_6F6E
    private static let widths = [32, 64]
    private static let lastWidth = 32
    /// Images of a run of the program.
    private static let batch = 32

    private let shape: SampleShape
    private let program: BatchedProgram
    /// Layer by layer.
    private let weights: AlignedVector
    /// Height and width of the last layer's output.
    private let map: (height: Int, width: Int)

    /// - Precondition: the shape is that of an image.
    package init(shape: SampleShape) {
        guard case .image(let height, let width, let channels) = shape else {
            preconditionFailure("points have no features")
        }
        self.shape = shape
        let graph = Graph()
        var weights: [Float] = []
        var layers = 0
        var x = (graph.input(slot: BatchedProgram.images, shape: [Self.batch, height, width, channels]) - 0.5) * 2
        func convolve(filters: Int) {
            let filter: Shape = [3, 3, x.shape[3], filters]
            var values = [Float](repeating: 0, count: filter.count)
            let stream = RandomStream(seed: Self.seed, purpose: .initialization, shard: UInt32(layers))
            let deviation = (2 / Float(9 * x.shape[3])).squareRoot()
            values.withUnsafeMutableBufferPointer { stream.fillNormal($0, deviation: deviation) }
            let weight = graph.input(slot: BatchedProgram.parameters, offset: weights.count, shape: filter)
            weights += values
            layers += 1
            x = x.convolved(with: weight, padding: 1).relu()
        }
        while min(x.shape[1], x.shape[2]) > 64 { x = x.averagePooled(kernel: 2) }
        while min(x.shape[1], x.shape[2]) >= 8 {
            convolve(filters: layers < Self.widths.count ? Self.widths[layers] : Self.widths.last!)
            x = x.averagePooled(kernel: 2)
        }
        convolve(filters: Self.lastWidth)
        map = (x.shape[1], x.shape[2])
        program = BatchedProgram(
            program: graph.compile(outputs: [(x, 0)]), batch: Self.batch, imageSize: shape.elementCount)
        dimensions = 4 * Self.lastWidth
        self.weights = AlignedVector(weights)
        var hash = SHA256()
        hash.update("random features, version 1, \(height) \(width) \(channels)\n")
        weights.withUnsafeBytes { hash.update($0) }
        identity = String(hash.hexadecimal.prefix(16))
    }

    package func features(of images: [Float], count: Int) throws -> [Float] {
        let size = shape.elementCount
        try shape.expect(images, count: count, of: name)
        var features = [Float](repeating: 0, count: count * dimensions)
        images.withUnsafeBufferPointer { images in
            features.withUnsafeMutableBufferPointer { features in
                // Each range is written by one thread.
                nonisolated(unsafe) let (images, features) = (images.baseAddress!, features.baseAddress!)
                program.run(
                    count: count, threads: AvailableProcessors.count, parameters: weights.pointer
                ) { range, input in
                    input.update(from: images + range.lowerBound * size, count: range.count * size)
                } take: { range, output in
                    for (place, image) in range.enumerated() {
                        addQuarters(of: output, image: place, to: features + image * dimensions)
                    }
                }
            }
        }
        return features
    }

    /// The mean of each quarter of an image, channel by channel: [2, 2, channels]. A side of one pixel belongs to both halves.
    ///
    /// - Parameter result: zeros.
    private func addQuarters(
        of output: UnsafePointer<Float>, image: Int, to result: UnsafeMutablePointer<Float>
    ) {
        let channels = Self.lastWidth
        func half(_ part: Int, of side: Int) -> Range<Int> {
            let first = min(part * side / 2, side - 1)
            return first..<max(first + 1, (part + 1) * side / 2)
        }
        for quarter in 0..<4 {
            let (rows, columns) = (half(quarter / 2, of: map.height), half(quarter % 2, of: map.width))
            let weight = 1 / Float(rows.count * columns.count)
            for y in rows {
                for x in columns {
                    let place = ((image * map.height + y) * map.width + x) * channels
                    for channel in 0..<channels { result[quarter * channels + channel] += output[place + channel] }
                }
            }
            for channel in 0..<channels { result[quarter * channels + channel] *= weight }
        }
    }
}

extension SampleShape {
    /// - Throws: `DatasetError` unless `images` are `count` of this shape.
    package func expect(_ images: [Float], count: Int, of features: String) throws {
        guard images.count == count * elementCount else {
            throw DatasetError(
                .data,
                "\(features) features: the images have another shape; expected \(count) of \(self), got \(images.count) "
                    + "values; judge images of the data's shape")
        }
    }
}
