import CImages

/// PNG (ISO/IEC 15948), by libpng.
package enum PNGImage {
    /// The first 8 bytes of every PNG file.
    package static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// The most bytes of samples of an interlaced image, which is decoded whole, and of one row of any.
    static let interlacedLimit = 1 << 29
    static let rowLimit = 1 << 28

    /// Decodes any PNG to 8-bit gray or RGB, turned as its Exif orientation says. Palettes are expanded, of 16 bits
    /// the upper 8 are taken, and transparency is laid over `ground`. An animated PNG gives its default image.
    ///
    /// As in Pillow, the transparent colour of a tRNS chunk is the low byte of each of its numbers, compared with
    /// samples of 8 bits (1, 2 and 4 bits are scaled to 8 first); only for gray of 16 bits all 16 are compared.
    ///
    /// - Parameters:
    ///   - file: the name for the message.
    ///   - ground: what shows through transparency. A gray image becomes RGB when it is coloured and shows.
    ///   - smallest: an image of more than `RasterImage.maximumPixels` is reduced to the means of boxes of n × n pixels
    ///     while it is decoded, as long as neither side becomes smaller than this.
    /// - Throws: `FileFormatError` when the bytes are no PNG, broken or truncated, or the image is too large.
    package static func decode(
        _ bytes: [UInt8], file: String, ground: RGBColour = .white, smallest: (width: Int, height: Int)? = nil
    ) throws -> RasterImage {
        guard bytes.starts(with: signature) else {
            throw FileFormatError(
                .data, file: file, byte: 0, "this is no PNG file", expected: "the PNG signature 89 50 4E 47",
                found: hexadecimal(bytes.prefix(4)))
        }
        let chunks = try PNGChunks(bytes, file: file)
        let header = chunks.header
        let size = try ImageSize(width: header.width, height: header.height, file: file)
        try checkClaim(chunks, file: file)
        let orientation = chunks.orientation
        let stored = orientation >= 5 ? smallest.map { (width: $0.height, height: $0.width) } : smallest
        // The sums of a box fit 32 bits.
        let factor = try size.reduction(smallest: stored, among: 2...4096, file: file)
        let conversion = try PNGSampleConversion(chunks, ground: ground, file: file)
        let (width, height) = size.reduced(by: factor)
        let channels = conversion.outputChannels
        let pixels = try PNGRows.withRows(of: chunks, in: bytes, file: file) { rows in
            try [UInt8](unsafeUninitializedCapacity: width * height * channels) { pixels, count in
                count = width * height * channels
                let output = pixels.baseAddress!
                if factor == 1 {
                    for y in 0..<height {
                        try rows.withNext { conversion.convert($0, into: output + y * width * channels) }
                    }
                } else {
                    try average(rows, conversion, header, factor: factor, into: output)
                }
            }
        }
        return RasterImage(width: width, height: height, channels: channels, pixels: pixels).oriented(orientation)
    }

    /// Means of boxes of factor × factor pixels, rounded; at the right and at the bottom they may be smaller.
    private static func average(
        _ rows: PNGRows, _ conversion: PNGSampleConversion, _ header: PNGChunks.Header, factor: Int,
        into output: UnsafeMutablePointer<UInt8>
    ) throws {
        let channels = conversion.outputChannels
        let rowBytes = ((header.width - 1) / factor + 1) * channels
        var line = [UInt8](repeating: 0, count: header.width * channels)
        var sums = [UInt32](repeating: 0, count: rowBytes)
        for y in 0..<header.height {
            try rows.withNext { row in
                line.withUnsafeMutableBufferPointer {
                    conversion.convert(row, into: $0.baseAddress!)
                    cim_add_to_boxes(&sums, $0.baseAddress, header.width, Int32(channels), factor)
                }
            }
            if (y + 1).isMultiple(of: factor) || y == header.height - 1 {
                let box = output + y / factor * rowBytes
                cim_average_boxes(&sums, box, header.width, Int32(channels), factor, y % factor + 1)
            }
        }
    }

    /// Checks that the file can hold what its header claims: deflate makes at most 1,032 bytes of one (a match of 258
    /// bytes takes two bits or more).
    private static func checkClaim(_ chunks: PNGChunks, file: String) throws {
        let header = chunks.header
        let bits = header.width * header.channels * header.depth
        guard bits / 8 * header.height / 1032 <= chunks.imageData.count else {
            throw PNGChunks.broken(
                "its data are too short for \(header.width) × \(header.height) pixels", file: file)
        }
        let rowBytes = header.width * header.channels * (header.depth == 16 ? 2 : 1)
        guard rowBytes <= rowLimit, !header.isInterlaced || rowBytes * header.height <= interlacedLimit else {
            throw FileFormatError(
                .data, file: file, header.isInterlaced ? "the interlaced image is too large" : "the image is too wide",
                expected: "at most \(header.isInterlaced ? interlacedLimit >> 20 : rowLimit >> 20) MiB of samples"
                    + (header.isInterlaced ? "" : " in a row"),
                found: "\(header.width) × \(header.height) pixels", advice: "shrink it or remove it")
        }
    }
}
