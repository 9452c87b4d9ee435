import Datasets

/// Images with their classes, in memory, a byte for each value.
package struct LabelledImages: Sendable {
    /// The most bytes of pixels that are kept: of more images, some at even distances.
    static let sizeLimit = 512 << 20

    let height: Int
    let width: Int
    let channels: Int
    let classNames: [String]
    private(set) var pixels: [UInt8] = []
    private(set) var labels: [Int] = []

    var count: Int { labels.count }
    var imageSize: Int { height * width * channels }

    private init(height: Int, width: Int, channels: Int, classNames: [String]) {
        self.height = height
        self.width = width
        self.channels = channels
        self.classNames = classNames
    }

    /// Samples of a data set whose samples are images and have classes.
    ///
    /// - Parameter progress: called with the number of images read.
    init(
        _ source: any SampleSource, at indices: [Int], classNames: [String], progress: (Int) throws -> Void
    ) throws {
        guard case .image(let height, let width, let channels) = source.shape else {
            preconditionFailure("points are no images")
        }
        self.init(height: height, width: width, channels: channels, classNames: classNames)
        let most = max(1, Self.sizeLimit / imageSize)
        let count = min(indices.count, most)
        pixels.reserveCapacity(count * imageSize)
        var sample = [Float](repeating: 0, count: imageSize)
        for place in 0..<count {
            let label = try sample.withUnsafeMutableBufferPointer {
                try source.read(indices[place * indices.count / count], into: $0)
            }
            append(sample[...], label: label)
            if place % 256 == 255 { try progress(place + 1) }
        }
    }

    /// Images [n, height, width, channels] with values in [0, 1].
    package init(
        _ images: [Float], labels: [Int], height: Int, width: Int, channels: Int, classNames: [String]
    ) {
        self.init(height: height, width: width, channels: channels, classNames: classNames)
        precondition(images.count == labels.count * imageSize, "each image has a label")
        pixels.reserveCapacity(images.count)
        for (place, label) in labels.enumerated() {
            append(images[place * imageSize..<(place + 1) * imageSize], label: label)
        }
    }

    /// An image without a class, or of one that has no name, is left out.
    private mutating func append(_ image: ArraySlice<Float>, label: Int?) {
        guard let label, classNames.indices.contains(label) else { return }
        labels.append(label)
        // What is not a number is black.
        for value in image { pixels.append(value >= 0 ? UInt8((min(value, 1) * 255).rounded()) : 0) }
    }

    /// Mean and standard deviation of each channel, of values in [0, 1]; a channel that does not vary has 1 for a deviation.
    var statistics: (mean: [Float], deviation: [Float]) {
        var sums = [Int](repeating: 0, count: channels)
        var squares = [Int](repeating: 0, count: channels)
        pixels.withUnsafeBufferPointer { pixels in
            for place in stride(from: 0, to: pixels.count, by: channels) {
                for channel in 0..<channels {
                    let value = Int(pixels[place + channel])
                    sums[channel] += value
                    squares[channel] += value * value
                }
            }
        }
        let number = Double(max(1, pixels.count / channels))
        let means = sums.map { Double($0) / number }
        return (
            means.map { Float($0 / 255) },
            zip(squares, means).map { square, mean in
                let variance = Double(square) / number - mean * mean
                return variance > 1e-6 ? Float(variance.squareRoot() / 255) : 1
            }
        )
    }
}
