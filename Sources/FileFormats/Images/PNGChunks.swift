import CZlib

/// The chunks of a PNG file (ISO/IEC 15948, 5.3) that matter for its pixels. Others are skipped, whatever is wrong with
/// them.
struct PNGChunks {
    /// IHDR's content.
    struct Header {
        var width: Int
        var height: Int
        /// Bits a sample: 1, 2, 4, 8 or 16.
        var depth: Int
        /// 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha.
        var colourType: Int
        var isInterlaced: Bool

        /// Samples a pixel.
        var channels: Int { [1, 0, 3, 1, 2, 0, 4][colourType] }
    }

    let header: Header
    /// IHDR's content as it is in the file.
    let headerBytes: ArraySlice<UInt8>
    /// The last PLTE before the image data, and the last tRNS.
    private(set) var palette: ArraySlice<UInt8>?
    private(set) var transparency: ArraySlice<UInt8>?
    /// Where the consecutive IDAT chunks lie, from the first one's length on.
    private(set) var imageData: Range<Int>
    /// Whether the file ends in them.
    private(set) var isCut = false
    /// What says how the image is to be turned.
    private(set) var exif: [UInt8]?
    private(set) var rawExifProfile: [UInt8]?
    private(set) var xmp: [UInt8]?

    private static let headerChunk = Array("IHDR".utf8)
    private static let dataChunk = Array("IDAT".utf8)

    /// - Parameter file: the name for the message.
    /// - Throws: `FileFormatError` when the header is broken, there are no image data, or a chunk that changes pixels
    ///   is damaged. Image data whose chunks' checksums are wrong are damaged when zlib's own checksum is wrong too.
    init(_ bytes: [UInt8], file: String) throws {
        var walk = Walk(bytes)
        guard let first = walk.next() else { throw Self.broken("it ends in its header", file: file) }
        guard first.type.elementsEqual(Self.headerChunk) else {
            if first.type.elementsEqual("CgBI".utf8) {
                throw FileFormatError(
                    .data, file: file, "the PNG image was changed for iPhones (chunk CgBI) and is no standard PNG",
                    advice: "convert it with Xcode's pngcrush -revert-iphone-optimizations")
            }
            throw Self.broken("its first chunk is not IHDR", file: file)
        }
        header = try Self.header(first, file: file)
        headerBytes = first.content
        imageData = 0..<0
        var isIntact = true
        while let chunk = walk.next(), !chunk.type.elementsEqual("IEND".utf8) {
            if chunk.type.elementsEqual(Self.dataChunk) {
                // Image data end at the first other chunk.
                if imageData.isEmpty || imageData.upperBound == chunk.start {
                    imageData = (imageData.isEmpty ? chunk.start : imageData.lowerBound)..<chunk.end
                    isIntact = isIntact && (chunk.isCut || chunk.isIntact)
                    isCut = isCut || chunk.isCut
                }
                continue
            }
            if chunk.isCut { break }
            try add(chunk, file: file)
        }
        guard !imageData.isEmpty else { throw Self.broken("there are no image data in it", file: file) }
        guard isIntact || Self.isIntactStream(bytes, imageData) else {
            throw Self.broken("the image data are damaged: their checksums are wrong", file: file)
        }
    }

    private static func header(_ chunk: Chunk, file: String) throws -> Header {
        let content = Array(chunk.content)
        guard content.count == 13, !chunk.isCut else { throw broken("its header is cut", file: file) }
        guard chunk.isIntact else { throw broken("the checksum of its header is wrong", file: file) }
        let (depth, colourType) = (Int(content[8]), Int(content[9]))
        let depths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
        guard depths[colourType]?.contains(depth) == true else {
            throw broken("it has \(depth) bits a sample of colour type \(colourType)", file: file)
        }
        let (width, height) = (bigEndian(content[0..<4]), bigEndian(content[4..<8]))
        return Header(
            width: width, height: height, depth: depth, colourType: colourType, isInterlaced: content[12] != 0)
    }

    private mutating func add(_ chunk: Chunk, file: String) throws {
        switch String(decoding: chunk.type, as: UTF8.self) {
        case "PLTE" where header.colourType == 3 && imageData.isEmpty:
            guard chunk.isIntact else { throw Self.broken("the checksum of its palette is wrong", file: file) }
            palette = chunk.content
        case "tRNS":
            guard chunk.isIntact else { throw Self.broken("the checksum of its transparency is wrong", file: file) }
            transparency = chunk.content
        case "eXIf" where chunk.isIntact: exif = Array(chunk.content)
        case "tEXt" where chunk.isIntact, "zTXt" where chunk.isIntact, "iTXt" where chunk.isIntact:
            guard let text = PNGText(chunk.content, type: Array(chunk.type)) else { return }
            switch text.keyword {
            case "exif": exif = text.value
            case "Raw profile type exif": rawExifProfile = text.value
            case "XML:com.adobe.xmp": xmp = text.value
            default: break
            }
        default: break
        }
    }

    /// The Exif orientation, from eXIf or from the text chunk that ImageMagick writes.
    var orientation: Int {
        ExifOrientation.value(exif: exif ?? rawExifProfile.flatMap(PNGText.rawProfile), xmp: xmp)
    }

    static func broken(_ reason: String, file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "the PNG image is broken (\(reason))", advice: "replace or remove the file")
    }

    fileprivate static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    /// Whether the zlib stream in the chunks at `range` ends with the right checksum.
    private static func isIntactStream(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return false }
        defer { inflateEnd(&stream) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 15) { output in
            var walk = Walk(bytes, from: range.lowerBound)
            while let chunk = walk.next(), chunk.start < range.upperBound {
                var content = Array(chunk.content)
                let status = content.withUnsafeMutableBufferPointer { content in
                    stream.next_in = content.baseAddress
                    stream.avail_in = UInt32(content.count)
                    var status = Z_OK
                    repeat {
                        stream.next_out = output.baseAddress
                        stream.avail_out = UInt32(output.count)
                        status = inflate(&stream, Z_NO_FLUSH)
                    } while status == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0)
                    return status
                }
                if status == Z_STREAM_END { return true }
                guard status == Z_OK || status == Z_BUF_ERROR else { return false }
            }
            return false
        }
    }
}

extension PNGChunks {
    struct Chunk {
        var type: ArraySlice<UInt8>
        var content: ArraySlice<UInt8>
        /// Nil when the file ends before it.
        var checksum: Int?
        var start: Int
        var end: Int

        /// Whether the file ends before the chunk does.
        var isCut: Bool { checksum == nil }

        /// Whether the checksum is right.
        var isIntact: Bool {
            var value = crc32(0, nil, 0)
            type.withUnsafeBufferPointer { value = crc32(value, $0.baseAddress, UInt32($0.count)) }
            content.withUnsafeBufferPointer { value = crc32(value, $0.baseAddress, UInt32($0.count)) }
            return checksum.map { $0 == Int(value) } ?? false
        }
    }

    /// The chunks one after the other; the last may be cut by the end of the file.
    struct Walk {
        let bytes: [UInt8]
        var place: Int

        init(_ bytes: [UInt8], from place: Int = 8) {
            (self.bytes, self.place) = (bytes, place)
        }

        mutating func next() -> Chunk? {
            guard place <= bytes.count - 8 else { return nil }
            let start = place
            let length = PNGChunks.bigEndian(bytes[start..<start + 4])
            let contentEnd = min(start + 8 + length, bytes.count)
            let end = min(start + 12 + length, bytes.count)
            let isWhole = end == start + 12 + length
            place = end
            return Chunk(
                type: bytes[start + 4..<start + 8], content: bytes[start + 8..<contentEnd],
                checksum: isWhole ? PNGChunks.bigEndian(bytes[contentEnd..<end]) : nil, start: start, end: end)
        }
    }
}
