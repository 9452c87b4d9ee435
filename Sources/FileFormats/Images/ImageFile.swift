/// Image files of every format that is read.
package enum ImageFile {
    /// Decodes an image by what its first bytes say it is, whatever its name: turned as its Exif orientation says,
    /// transparency laid over `ground`, 8 bits, gray or RGB.
    ///
    /// The pixels are those of Pillow's `ImageOps.exif_transpose` and `Image.convert`, with transparency composited
    /// in sRGB values: x · α + ground · (1 − α). Colour profiles and gamma do not change them.
    ///
    /// An image of more than `RasterImage.maximumPixels` is reduced while it is decoded, where `smallest` permits.
    /// At most about 2 GiB are used for one image, and nothing is allocated for a size that the file cannot hold.
    ///
    /// - Parameters:
    ///   - file: the name for messages.
    ///   - ground: what shows through transparency. A gray image becomes RGB when the ground is coloured and shows.
    ///   - smallest: the image may be reduced while it is decoded, as long as neither side becomes smaller than this;
    ///     nil: it may not.
    /// - Throws: `FileFormatError` when the bytes are no image that is read, a broken one, or one too large.
    package static func decode(
        _ bytes: [UInt8], file: String, ground: RGBColour = .white, smallest: (width: Int, height: Int)? = nil
    ) throws -> RasterImage {
        if bytes.starts(with: PNGImage.signature) {
            return try PNGImage.decode(bytes, file: file, ground: ground, smallest: smallest)
        }
        if bytes.starts(with: JPEGImage.signature) {
            return try JPEGImage.decode(bytes, file: file, smallest: smallest)
        }
        if WebPImage.isWebP(bytes) {
            return try WebPImage.decode(bytes, file: file, ground: ground, smallest: smallest)
        }
        let kind = FileKind.name(of: bytes)
        throw FileFormatError(
            .data, file: file, byte: 0, "this is no image that is read", expected: "PNG, JPEG or WebP",
            found: kind ?? hexadecimal(bytes.prefix(8)), advice: advice(kind))
    }

    private static func advice(_ kind: String?) -> String {
        guard let kind else { return "replace or remove the file" }
        if kind.contains("Git LFS") { return "fetch the data and try again" }
        if kind.contains("damaged") { return "replace or remove the file" }
        if kind.contains(" image") || kind.contains("icon") { return "convert it to PNG or JPEG, or remove it" }
        if kind.contains("archive") || kind.hasSuffix("gzip file") { return "unpack it, or remove it" }
        return "replace or remove the file"
    }
}

/// Bytes as a person writes them: "1F 8B".
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
    return text.isEmpty ? "nothing" : text
}
