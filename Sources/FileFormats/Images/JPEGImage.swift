import CImages

/// JPEG (ITU-T T.81), by libjpeg-turbo: what it decodes, which is every process of 8 bits a sample except lossless and
/// hierarchical ones.
package enum JPEGImage {
    /// The first 3 bytes of every JPEG file.
    package static let signature: [UInt8] = [0xff, 0xd8, 0xff]

    /// The most memory for the coefficients of a progressive image, which are all kept until its last scan.
    static let coefficientLimit = 1 << 30

    /// Decodes a JPEG to gray when it has one component and to RGB otherwise, turned as its Exif orientation says.
    ///
    /// Four components are taken for inverted CMYK, as Adobe's programs and Pillow do: R = C · K / 255. The accurate
    /// inverse cosine transform is used, whose bits do not depend on the CPU. What libjpeg only warns about is no
    /// error: bytes between segments, restart markers out of order, damaged entropy-coded data.
    ///
    /// - Parameters:
    ///   - file: the name for the message.
    ///   - smallest: an image of more than `RasterImage.maximumPixels` is decoded to 1/2, 1/4 or 1/8 of its size, as
    ///     long as neither side becomes smaller than this.
    /// - Throws: `FileFormatError` when the bytes are no JPEG, broken, truncated (the file ends before the last row's
    ///   data do), of a process that libjpeg does not decode, or the image is too large.
    package static func decode(
        _ bytes: [UInt8], file: String, smallest: (width: Int, height: Int)? = nil
    ) throws -> RasterImage {
        guard bytes.starts(with: signature) else {
            throw FileFormatError(
                .data, file: file, byte: 0, "this is no JPEG file", expected: "FF D8 FF",
                found: hexadecimal(bytes.prefix(3)))
        }
        let segments = JPEGSegments(bytes)
        let orientation = ExifOrientation.value(exif: segments.exif, xmp: segments.xmp)
        let stored = orientation >= 5 ? smallest.map { (width: $0.height, height: $0.width) } : smallest
        return try bytes.withUnsafeBufferPointer {
            try decode($0, file: file, smallest: stored)
        }.oriented(orientation)
    }

    private static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, smallest: (width: Int, height: Int)?
    ) throws -> RasterImage {
        var (decoder, header) = (OpaquePointer?.none, cim_jpeg_header())
        try CImage.check({ cim_jpeg_open(&decoder, bytes.baseAddress, bytes.count, &header, $0) }) {
            error($0, $1, header, file: file)
        }
        defer { cim_jpeg_close(decoder) }
        guard header.precision == 8 else {
            throw unsupported("it has \(header.precision) bits a sample", file: file)
        }
        guard [1, 3, 4].contains(header.components) else {
            throw unsupported("it has \(header.components) colour components", file: file)
        }
        // The sides have 16 bits each.
        let size = try ImageSize(
            width: Int(header.width), height: Int(header.height), mostPixels: 1 << 32, file: file)
        try checkClaim(header, count: bytes.count, file: file)
        let factor = try size.reduction(smallest: smallest, among: [2, 4, 8], file: file)
        let (width, height) = size.reduced(by: factor)
        let channels = header.components == 1 ? 1 : 3
        let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * channels) { pixels, count in
            let output = pixels.baseAddress
            try CImage.check({
                cim_jpeg_decode(
                    decoder, Int32(factor), Int32(channels), coefficientLimit + 1 << 28, output, $0)
            }) { error($0, $1, cim_jpeg_header(), file: file) }
            count = width * height * channels
        }
        return RasterImage(width: width, height: height, channels: channels, pixels: pixels)
    }

    /// Checks that the file can hold what its header claims: a Huffman code has one bit or more, and every block of
    /// 8 × 8 samples needs one. (The arithmetic coder has no such bound.)
    private static func checkClaim(_ header: cim_jpeg_header, count: Int, file: String) throws {
        guard header.is_arithmetic != 0 || header.blocks <= UInt64(count) * 8 else {
            throw broken("its data are too short for \(header.width) × \(header.height) pixels", file: file)
        }
        let memory = header.keeps_coefficients == 0 ? 0 : header.blocks * 128
        guard memory <= UInt64(coefficientLimit) else {
            throw FileFormatError(
                .data, file: file, "the progressive JPEG image is too large",
                expected: "at most \(coefficientLimit >> 20) MiB of coefficients",
                found: "\(memory >> 20) MiB for \(header.width) × \(header.height) pixels",
                advice: "convert it to a baseline JPEG, shrink it or remove it")
        }
    }

    private static func error(
        _ status: cim_status, _ message: String, _ header: cim_jpeg_header, file: String
    ) -> FileFormatError {
        switch (status, header.unsupported_frame) {
        case (CIM_UNSUPPORTED, 3), (CIM_UNSUPPORTED, 11): unsupported("it is a lossless JPEG", file: file)
        case (CIM_UNSUPPORTED, 55): unsupported("it is a JPEG-LS image", file: file)
        case (CIM_UNSUPPORTED, 5...): unsupported("it is a hierarchical JPEG", file: file)
        case (CIM_UNSUPPORTED, _) where header.precision != 0:
            unsupported("it has \(header.precision) bits a sample", file: file)
        case (CIM_UNSUPPORTED, _): unsupported(message, file: file)
        case (CIM_MEMORY, _): CImage.outOfMemory(file)
        default: broken(message, file: file)
        }
    }

    private static func unsupported(_ reason: String, file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "the JPEG image is of a kind that is not read (\(reason))",
            expected: "baseline or progressive JPEG of 8 bits a sample", advice: "convert it to PNG or to such a JPEG")
    }

    private static func broken(_ reason: String, file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "the JPEG image is broken or truncated (\(reason))",
            advice: "replace or remove the file")
    }
}
