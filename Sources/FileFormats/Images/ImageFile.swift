/// Image files of every format that is read.
package enum ImageFile {
    /// Decodes an image by what its first bytes say it is, whatever its name: turned as its Exif orientation says,
    /// transparency laid over `ground`, 8 bits, gray or RGB.
    ///
    /// - Parameters:
    ///   - file: the name for messages.
    ///   - ground: what shows through transparency.
    ///   - smallest: the image may be reduced while it is decoded, as long as neither side becomes smaller than this.
    /// - Throws: `FileFormatError` when the bytes are no image that is read, or a broken one.
    package static func decode(
        _ bytes: [UInt8], file: String, ground: RGBColour = .white, smallest: (width: Int, height: Int)? = nil
    ) throws -> RasterImage {
        if bytes.starts(with: PNGImage.signature) { return try PNGImage.decode(bytes, file: file) }
        return try JPEGImage.decode(bytes, file: file).image
    }
}
