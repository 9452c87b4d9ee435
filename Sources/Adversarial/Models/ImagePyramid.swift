import NeuralNetworks

/// The resolutions of a network that halves an image until its sides are 3 to 8: 28 → 14 → 7, 64×48 → … → 4×3.
struct ImagePyramid: Sendable, Hashable {
    /// The sides of the smallest image.
    let baseHeight: Int
    let baseWidth: Int
    /// How often the image is halved.
    let levels: Int

    static let sides = 16...256
    static let baseSides = 3...8

    /// The most halvings after which both sides are whole and in `baseSides`; nil if there are none.
    init?(height: Int, width: Int) {
        guard Self.sides.contains(height), Self.sides.contains(width) else { return nil }
        let fitting = (1...6).last { level in
            let step = 1 << level
            return height % step == 0 && width % step == 0 && Self.baseSides.contains(height / step)
                && Self.baseSides.contains(width / step)
        }
        guard let fitting else { return nil }
        levels = fitting
        baseHeight = height >> fitting
        baseWidth = width >> fitting
    }

    /// - Precondition: the sides can be halved so.
    init(_ settings: ModelSettings) {
        guard let pyramid = ImagePyramid(height: settings.imageHeight, width: settings.imageWidth) else {
            preconditionFailure("\(settings.imageSize) cannot be halved to sides of 3 to 8")
        }
        self = pyramid
    }

    /// The image after some halvings.
    func image(_ halvings: Int, channels: Int) -> ImageFeatures {
        let factor = 1 << (levels - halvings)
        return ImageFeatures(height: baseHeight * factor, width: baseWidth * factor, channels: channels)
    }

    func base(channels: Int) -> ImageFeatures { image(levels, channels: channels) }

    /// The size nearest to one that does not fit: the sum of both sides' changes is least.
    static func nearest(height: Int, width: Int) -> (height: Int, width: Int) {
        var best = (height: 16, width: 16, distance: Int.max)
        for candidate in sides {
            for other in sides where ImagePyramid(height: candidate, width: other) != nil {
                // A square stays a square where another size is no nearer by more than a pixel.
                let distance =
                    abs(candidate - height) + abs(other - width) + (height == width && candidate != other ? 1 : 0)
                if distance < best.distance { best = (candidate, other, distance) }
            }
        }
        return (best.height, best.width)
    }

    /// What is wrong with an image's size, for models that halve it.
    static func problem(_ settings: ModelSettings) -> ModelProblem? {
        guard ImagePyramid(height: settings.imageHeight, width: settings.imageWidth) == nil else { return nil }
        let nearest = nearest(height: settings.imageHeight, width: settings.imageWidth)
        var other = settings
        (other.imageHeight, other.imageWidth) = nearest
        return ModelProblem(
            key: "image.size", "\(settings.model) cannot make images of this size",
            expected: "sides of 16 to 256 that leave 3 to 8 each when both are divided by a power of two",
            found: settings.imageSize, advice: "the nearest size is --size \(other.imageSize)")
    }
}
