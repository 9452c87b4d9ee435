import Datasets

/// Makes images small enough that their pixels can be the axes of a space: squares of 2×2 pixels are averaged until at most
/// 784 values are left. Images of 28×28 gray stay as they are; 64×64 RGB becomes 16×16.
package struct PixelReduction: Sendable, Hashable {
    /// The pixels of a 28×28 gray image.
    package static let maximumValues = 784

    package let height: Int
    package let width: Int
    package let channels: Int
    /// 2 to the number of halvings.
    private let factor: Int

    /// - Precondition: the shape is that of an image.
    package init(of shape: SampleShape) {
        guard case .image(let height, let width, let channels) = shape else {
            preconditionFailure("points have no pixels")
        }
        (self.height, self.width, self.channels) = (height, width, channels)
        var factor = 1
        while (height / factor) * (width / factor) * channels > Self.maximumValues, min(height, width) / factor > 1 {
            factor *= 2
        }
        self.factor = factor
    }

    /// Values of one reduced image.
    package var dimension: Int { (height / factor) * (width / factor) * channels }

    /// Images [n, height, width, channels] → [n, dimension]. A row or column that fills no square is left out.
    package func callAsFunction(_ images: [Float]) -> [Double] {
        let size = height * width * channels
        precondition(images.count % size == 0, "images have \(size) values each")
        guard factor > 1 else { return images.map(Double.init) }
        let (rows, columns) = (height / factor, width / factor)
        let weight = 1 / Double(factor * factor)
        var result: [Double] = []
        result.reserveCapacity(images.count / size * dimension)
        for image in stride(from: 0, to: images.count, by: size) {
            for row in 0..<rows {
                for column in 0..<columns {
                    for channel in 0..<channels {
                        var sum = 0.0
                        for y in row * factor..<(row + 1) * factor {
                            for x in column * factor..<(column + 1) * factor {
                                sum += Double(images[image + (y * width + x) * channels + channel])
                            }
                        }
                        result.append(sum * weight)
                    }
                }
            }
        }
        return result
    }
}
