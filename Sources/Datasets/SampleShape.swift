/// The shape of one sample.
package enum SampleShape: Hashable, Sendable, CustomStringConvertible {
    /// An image, [height, width, channels], channels interleaved.
    case image(height: Int, width: Int, channels: Int)
    /// A point of a space of so many dimensions.
    case vector(Int)

    package var elementCount: Int {
        switch self {
        case .image(let height, let width, let channels): height * width * channels
        case .vector(let dimensions): dimensions
        }
    }

    /// Values of a pixel; 1 for points.
    package var channelCount: Int {
        if case .image(_, _, let channels) = self { channels } else { 1 }
    }

    package var description: String {
        switch self {
        case .image(let height, let width, 1): "\(height)×\(width) gray"
        case .image(let height, let width, 3): "\(height)×\(width) RGB"
        case .image(let height, let width, let channels): "\(height)×\(width)×\(channels)"
        case .vector(let dimensions): "points in \(dimensions) dimensions"
        }
    }
}
