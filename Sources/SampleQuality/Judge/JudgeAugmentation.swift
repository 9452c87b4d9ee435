import TensorCore

/// Fills a batch of training images: normalised, shifted by up to a tenth of their sides in any direction, the border's pixels repeated
/// beyond it, and, where that is allowed, half of them mirrored.
struct JudgeAugmentation: Sendable {
    let mirrors: Bool
    let shiftY: Int
    let shiftX: Int
    /// (byte / 255 − mean) / deviation of each channel: `[channels, 256]`
    private let table: [Float]

    /// Random numbers that an image takes.
    static let randomCount = 4

    init(_ images: LabelledImages, mean: [Float], deviation: [Float], mirrors: Bool) {
        self.mirrors = mirrors
        shiftY = max(1, images.height / 10)
        shiftX = max(1, images.width / 10)
        table = zip(mean, deviation).flatMap { mean, deviation in
            (0..<256).map { (Float($0) / 255 - mean) / deviation }
        }
    }

    /// - Parameters:
    ///   - random: `randomCount` numbers in [0, 1).
    ///   - output: [height, width, channels]
    func fill(
        _ output: UnsafeMutablePointer<Float>, with image: Int, of images: LabelledImages,
        random: UnsafePointer<Float>
    ) {
        let (height, width, channels) = (images.height, images.width, images.channels)
        let moveY = min(2 * shiftY, Int(random[0] * Float(2 * shiftY + 1))) - shiftY
        let moveX = min(2 * shiftX, Int(random[1] * Float(2 * shiftX + 1))) - shiftX
        let isMirrored = mirrors && random[2] < 0.5
        images.pixels.withUnsafeBufferPointer { pixels in
            table.withUnsafeBufferPointer { table in
                let source = pixels.baseAddress! + image * images.imageSize
                var place = 0
                for y in 0..<height {
                    let row = source + min(height - 1, max(0, y + moveY)) * width * channels
                    for x in 0..<width {
                        let column = min(width - 1, max(0, x + moveX))
                        let pixel = row + (isMirrored ? width - 1 - column : column) * channels
                        for channel in 0..<channels {
                            output[place] = table[channel << 8 | Int(pixel[channel])]
                            place += 1
                        }
                    }
                }
            }
        }
    }
}
