/// A decoded image: 8 bits a sample, rows from top to bottom, channels interleaved: [height, width, channels].
package struct RasterImage: Equatable, Sendable {
    package var width: Int
    package var height: Int
    /// 1 for gray, 3 for red, green, blue.
    package var channels: Int
    package var pixels: [UInt8]

    /// - Precondition: `channels` is 1 or 3 and `pixels` has height · width · channels elements.
    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels")
        precondition(width > 0 && height > 0 && pixels.count == width * height * channels, "an image's size is wrong")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// The largest image that is decoded: 2^26 pixels (8,192 × 8,192), whatever its sides. A header that claims more
    /// is refused before anything is allocated for it.
    package static let maximumPixels = 1 << 26

    /// Checks the size that the header of `file` claims.
    static func checkSize(width: Int, height: Int, file: String) throws {
        guard width > 0, height > 0 else {
            throw FileFormatError(
                .data, file: file, "the image is empty", expected: "at least 1 × 1 pixels",
                found: "\(width) × \(height)")
        }
        guard width <= maximumPixels / height else {
            throw FileFormatError(
                .data, file: file, "the image is too large", expected: "at most \(maximumPixels) pixels",
                found: "\(width) × \(height)", advice: "shrink it or remove it")
        }
    }
}
