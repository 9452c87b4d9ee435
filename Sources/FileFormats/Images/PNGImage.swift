import CPNG

/// PNG (ISO/IEC 15948), by libpng.
package enum PNGImage {
    /// The first 8 bytes of every PNG file.
    package static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// Decodes any PNG to 8-bit gray or RGB. Palettes are expanded, 16 bits are reduced to 8, and transparency is laid
    /// over white.
    ///
    /// - Parameter file: the name for the message.
    /// - Throws: `FileFormatError` when the bytes are no PNG, broken or truncated, or the image is larger than
    ///   `RasterImage.maximumPixels`.
    package static func decode(_ bytes: [UInt8], file: String) throws -> RasterImage {
        guard bytes.starts(with: signature) else {
            throw FileFormatError(
                .data, file: file, byte: 0, "this is no PNG file", expected: "the PNG signature 89 50 4E 47",
                found: hexadecimal(bytes.prefix(4)))
        }
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try bytes.withUnsafeBytes { bytes in
            guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
                throw broken(image, file: file)
            }
            try RasterImage.checkSize(width: Int(image.width), height: Int(image.height), file: file)
            let isColour = image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
            let channels = isColour ? 3 : 1
            image.format = png_uint_32(isColour ? PNG_FORMAT_FLAG_COLOR : 0)
            image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
            let (width, height) = (Int(image.width), Int(image.height))
            var white = png_color(red: 255, green: 255, blue: 255)
            let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * channels) { pixels, count in
                guard png_image_finish_read(&image, &white, pixels.baseAddress, 0, nil) != 0 else {
                    throw broken(image, file: file)
                }
                count = pixels.count
            }
            return RasterImage(width: width, height: height, channels: channels, pixels: pixels)
        }
    }

    /// The bytes of a PNG file of `image`: 8 bits a sample, gray or RGB.
    package static func encode(_ image: RasterImage) throws -> [UInt8] {
        var header = png_image()
        header.version = UInt32(PNG_IMAGE_VERSION)
        header.width = png_uint_32(image.width)
        header.height = png_uint_32(image.height)
        header.format = png_uint_32(image.channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0)
        defer { png_image_free(&header) }
        return try image.pixels.withUnsafeBytes { pixels in
            // The bound of libpng's PNG_IMAGE_PNG_SIZE_MAX: 12 bytes a chunk, and zlib's for incompressible rows.
            let raw = pixels.count + image.height
            var size = raw + (raw >> 12) + (raw >> 14) + (raw >> 25) + 1024
            return try [UInt8](unsafeUninitializedCapacity: size) { output, count in
                guard png_image_write_to_memory(&header, output.baseAddress, &size, 0, pixels.baseAddress, 0, nil) != 0
                else {
                    throw FileFormatError(.cannotWrite, file: "PNG", "libpng cannot encode (\(message(header)))")
                }
                count = size
            }
        }
    }

    private static func broken(_ image: png_image, file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "the PNG image is broken (\(message(image)))", advice: "replace or remove the file")
    }

    private static func message(_ image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// Bytes as a person writes them: "1F 8B".
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
    return text.isEmpty ? "nothing" : text
}
