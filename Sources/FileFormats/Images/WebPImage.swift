import CImages

/// WebP (RFC 9649), lossy or lossless, by libwebp.
package enum WebPImage {
    /// Whether a file begins as a WebP file: "RIFF", a size, "WEBP".
    package static func isWebP(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "RIFF".utf8) && bytes.dropFirst(8).starts(with: "WEBP".utf8)
    }

    /// Decodes an image, or the first frame of an animation on its canvas, to RGB: alpha laid over `ground`, turned as
    /// its Exif orientation says.
    ///
    /// - Parameters:
    ///   - file: the name for the message.
    ///   - ground: what shows through transparency.
    ///   - smallest: an image of more than `RasterImage.maximumPixels` is scaled by a whole number while it is decoded,
    ///     as long as neither side becomes smaller than this.
    /// - Throws: `FileFormatError` when the bytes are no WebP, broken or truncated, or the image is too large.
    package static func decode(
        _ bytes: [UInt8], file: String, ground: RGBColour = .white, smallest: (width: Int, height: Int)? = nil
    ) throws -> RasterImage {
        guard isWebP(bytes) else {
            throw FileFormatError(
                .data, file: file, byte: 0, "this is no WebP file", expected: "RIFF, 4 bytes, WEBP",
                found: hexadecimal(bytes.prefix(12)))
        }
        return try bytes.withUnsafeBufferPointer { bytes in
            var (decoder, header) = (OpaquePointer?.none, cim_webp_header())
            let status = cim_webp_open(&decoder, bytes.baseAddress, bytes.count, &header)
            guard status == 0 else { throw error(status, file: file) }
            defer { cim_webp_close(decoder) }
            let orientation = ExifOrientation.value(exif: chunk("EXIF", of: decoder), xmp: chunk("XMP ", of: decoder))
            let stored = orientation >= 5 ? smallest.map { (width: $0.height, height: $0.width) } : smallest
            return try decodeFrame(decoder, header, file: file, ground: ground, smallest: stored)
                .oriented(orientation)
        }
    }

    private static func decodeFrame(
        _ decoder: OpaquePointer?, _ header: cim_webp_header, file: String, ground: RGBColour,
        smallest: (width: Int, height: Int)?
    ) throws -> RasterImage {
        let size = try ImageSize(width: Int(header.width), height: Int(header.height), file: file)
        let coversCanvas = header.frame_width == header.width && header.frame_height == header.height
        // A frame that covers a part of its canvas is not scaled.
        let factor = try size.reduction(
            smallest: coversCanvas ? smallest : nil, among: (2...128), file: file)
        let (width, height) = size.reduced(by: factor)
        let (frameWidth, frameHeight) =
            coversCanvas ? (width, height) : (Int(header.frame_width), Int(header.frame_height))
        let channels = header.has_alpha != 0 ? 4 : 3
        let offset = coversCanvas ? 0 : (Int(header.y) * width + Int(header.x)) * channels
        // What the first frame does not cover is transparent, or black where there is no alpha.
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        try pixels.withUnsafeMutableBufferPointer { pixels in
            let status = cim_webp_decode(
                decoder, UInt32(frameWidth), UInt32(frameHeight), Int32(channels), pixels.baseAddress! + offset,
                width * channels)
            guard status == 0 else { throw error(status, file: file) }
        }
        if channels == 4 {
            var samples = cim_samples(channels: 4, over: ground)
            pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { output, count in
                cim_convert_samples(&samples, pixels, width * height, output.baseAddress)
                count = width * height * 3
            }
        }
        return RasterImage(width: width, height: height, channels: 3, pixels: pixels)
    }

    private static func chunk(_ type: String, of decoder: OpaquePointer?) -> [UInt8]? {
        var count = 0
        guard let bytes = cim_webp_chunk(decoder, type, &count) else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func error(_ status: Int32, file: String) -> FileFormatError {
        if status == CIM_MEMORY.rawValue { return CImage.outOfMemory(file) }
        let reason = status == CIM_TRUNCATED.rawValue ? "the data end too early" : "libwebp cannot decode it"
        return FileFormatError(
            .data, file: file, "the WebP image is broken or truncated (\(reason))",
            advice: "replace or remove the file")
    }
}

extension cim_samples {
    /// 8-bit samples that become RGB, or gray for 1 or 2 channels over a gray ground.
    init(channels: Int, bytes: Int = 1, over ground: RGBColour) {
        self.init()
        self.channels = Int32(channels)
        self.bytes = Int32(bytes)
        self.ground = (ground.red, ground.green, ground.blue)
        output_channels = channels <= 2 && (channels == 1 || ground.isGray) ? 1 : 3
    }
}
