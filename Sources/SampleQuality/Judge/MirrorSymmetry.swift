/// Whether images may be mirrored left to right without becoming something else: photographs of things may, digits and letters may
/// not, nor shoes that all point one way.
///
/// A class whose images and their mirror images are equally likely has a mean that is symmetric but for chance. With
/// a = (x − mirrored x) / 2 for an image x of n, the share of E‖a‖² that the mean of a explains is
/// (n ‖mean a‖² − mean ‖a‖²) / ((n − 1) mean ‖a‖²), without bias: 0 under symmetry, 1 where all images are one.
package enum MirrorSymmetry {
    /// The greatest share of a class that still counts as symmetric.
    static let limit = 0.05
    /// A class of fewer images says nothing.
    static let fewestImages = 20

    /// Whether training on these images may mirror them: colour images, each of whose classes is as symmetric as photographs are.
    package static func mayMirror(_ images: LabelledImages) -> Bool {
        guard images.channels == 3, let share = greatestShare(images) else { return false }
        return share < limit
    }

    /// The share of the class that has the greatest; nil where every class has few images.
    package static func greatestShare(_ images: LabelledImages) -> Double? {
        let size = images.imageSize
        let classes = images.classNames.count
        var counts = [Int](repeating: 0, count: classes)
        for label in images.labels { counts[label] += 1 }
        return counts.indices.lazy.filter { counts[$0] >= fewestImages }.map { label -> Double in
            // Twice a, in whole numbers.
            var sums = [Int](repeating: 0, count: size)
            var squares = 0
            images.pixels.withUnsafeBufferPointer { pixels in
                for image in images.labels.indices where images.labels[image] == label {
                    add(pixels, at: image * size, images, &sums, &squares)
                }
            }
            let count = Double(counts[label])
            let meanSquare = Double(squares) / count
            guard meanSquare > 0 else { return 0 }
            let squareOfMean = sums.reduce(0.0) { $0 + Double($1) * Double($1) } / (count * count)
            return (count * squareOfMean - meanSquare) / ((count - 1) * meanSquare)
        }.max()
    }

    private static func add(
        _ pixels: UnsafeBufferPointer<UInt8>, at start: Int, _ images: LabelledImages, _ sums: inout [Int],
        _ squares: inout Int
    ) {
        let (width, channels) = (images.width, images.channels)
        for row in 0..<images.height {
            for column in 0..<width {
                for channel in 0..<channels {
                    let place = (row * width + column) * channels + channel
                    let mirrored = (row * width + width - 1 - column) * channels + channel
                    let difference = Int(pixels[start + place]) - Int(pixels[start + mirrored])
                    sums[place] += difference
                    squares += difference * difference
                }
            }
        }
    }
}
