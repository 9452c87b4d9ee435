/// The layers of a judge: 3×3 convolutions, each with a ReLU, and maximum pooling that halves the image between some of them; the mean
/// over what is left of the image gives 128 features, and a linear layer the classes' logits.
///
/// | images | filters | weights |
/// | --- | --- | --- |
/// | gray | 16, 32, 64, 128, a pooling between any two | 98,000 |
/// | colour | 32, 32, 64, 64, 128, a pooling after every second | 140,000 |
///
/// Colour images whose longer side is over 32 pixels have a convolution of 16 filters and a pooling in front; sides over 64
/// are averaged down first, by a power of two.
package struct JudgeArchitecture: Hashable, Sendable {
    /// Elements of a feature vector.
    package static let features = 128
    /// What an image's sides may be.
    package static let sides = 8...512
    package static let classCounts = 2...10_000

    package let height: Int
    package let width: Int
    package let channels: Int
    package let classes: Int

    /// A convolution.
    struct Layer: Hashable, Sendable {
        var inputs: Int
        var filters: Int
        /// Whether maximum pooling follows.
        var pools: Bool
    }

    /// nil for images that no judge takes.
    package init?(height: Int, width: Int, channels: Int, classes: Int) {
        guard Self.sides ~= height, Self.sides ~= width, channels == 1 || channels == 3, Self.classCounts ~= classes
        else { return nil }
        self.height = height
        self.width = width
        self.channels = channels
        self.classes = classes
    }

    /// Values of an image.
    package var imageSize: Int { height * width * channels }

    /// "28x28x1": height, width, channels.
    package var imageText: String { "\(height)x\(width)x\(channels)" }

    /// The side of the squares that are averaged to one pixel first.
    var reduction: Int {
        var factor = 1
        while max(height, width) / factor > 64, min(height, width) / factor >= 16 { factor *= 2 }
        return factor
    }

    var layers: [Layer] {
        var (rows, columns) = (height / reduction, width / reduction)
        let levels: [[Int]] =
            channels == 1
            ? [[16], [32], [64], [128]]
            : (max(rows, columns) > 32 ? [[16]] : []) + [[32, 32], [64, 64], [128]]
        var layers: [Layer] = []
        for (number, level) in levels.enumerated() {
            for filters in level {
                layers.append(Layer(inputs: layers.last?.filters ?? channels, filters: filters, pools: false))
            }
            // What is left of the image has sides of at least 3.
            guard number + 1 < levels.count, min(rows, columns) >= 6 else { continue }
            layers[layers.count - 1].pools = true
            (rows, columns) = (rows / 2, columns / 2)
        }
        return layers
    }
}
