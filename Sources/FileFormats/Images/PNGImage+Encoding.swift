import CPNG

extension PNGImage {
    /// The bytes of a PNG file of `image`: 8 bits a sample, gray or RGB.
    package static func encode(_ image: RasterImage) throws -> [UInt8] {
        var header = png_image()
        header.version = UInt32(PNG_IMAGE_VERSION)
        header.width = png_uint_32(image.width)
        header.height = png_uint_32(image.height)
        header.format = png_uint_32(image.channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0)
        defer { png_image_free(&header) }
        return try image.pixels.withUnsafeBytes { pixels in
            // Noise does not compress: 12 bytes of overhead for each IDAT chunk of 8 KiB, and zlib's 5 for each stored block,
            // are under 1/512 of it. (libpng's own bound, PNG_IMAGE_PNG_SIZE_MAX, counts one chunk.)
            let raw = pixels.count + image.height
            var size = raw + (raw >> 8) + 1024
            return try [UInt8](unsafeUninitializedCapacity: size) { output, count in
                guard png_image_write_to_memory(&header, output.baseAddress, &size, 0, pixels.baseAddress, 0, nil) != 0
                else {
                    throw FileFormatError(.cannotCreate, file: "PNG", "libpng cannot encode (\(message(header)))")
                }
                count = size
            }
        }
    }

    private static func message(_ image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
