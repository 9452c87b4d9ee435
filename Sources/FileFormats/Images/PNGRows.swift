import CImages

/// The rows of samples of a PNG, one after the other: one byte a sample for depths up to 8, two for 16.
///
/// libpng is given the header and the image data alone; what else the file holds cannot disturb it.
final class PNGRows {
    private let decoder: OpaquePointer?
    private let file: String
    private let rowBytes: Int
    /// The row that was read last; for an interlaced image, all rows.
    private var samples: [UInt8]
    private let isInterlaced: Bool
    private var y = 0

    /// Calls `body` with the rows of the PNG in `bytes`.
    static func withRows<Result>(
        of chunks: PNGChunks, in bytes: [UInt8], file: String, _ body: (PNGRows) throws -> Result
    ) throws -> Result {
        try head(chunks).withUnsafeBufferPointer { head in
            if chunks.isCut {
                guard let data = chunks.restoredImageData(bytes) else {
                    throw PNGChunks.broken("the data end too early", file: file)
                }
                return try data.withUnsafeBufferPointer { try body(PNGRows(head, $0, chunks.header, file: file)) }
            }
            return try bytes.withUnsafeBufferPointer { bytes in
                let data = UnsafeBufferPointer(rebasing: bytes[chunks.imageData])
                return try body(PNGRows(head, data, chunks.header, file: file))
            }
        }
    }

    private init(
        _ head: UnsafeBufferPointer<UInt8>, _ data: UnsafeBufferPointer<UInt8>, _ header: PNGChunks.Header, file: String
    ) throws {
        var decoder: OpaquePointer?
        try CImage.check({
            cim_png_open(&decoder, head.baseAddress, head.count, data.baseAddress, data.count, $0)
        }) { Self.error($0, $1, file: file) }
        self.decoder = decoder
        self.file = file
        isInterlaced = header.isInterlaced
        rowBytes = header.width * header.channels * (header.depth == 16 ? 2 : 1)
        guard cim_png_row_bytes(decoder) == rowBytes else {
            cim_png_close(decoder)
            throw PNGChunks.broken("its rows have another size than its header says", file: file)
        }
        samples = [UInt8](repeating: 0, count: isInterlaced ? rowBytes * header.height : rowBytes)
        if isInterlaced { try read(cim_png_read_all) }
    }

    deinit {
        cim_png_close(decoder)
    }

    /// The next row; valid until the next call.
    ///
    /// - Throws: `FileFormatError` when the data are broken or end before it.
    func withNext<Result>(_ body: (UnsafePointer<UInt8>) throws -> Result) throws -> Result {
        if !isInterlaced { try read(cim_png_read_row) }
        let offset = isInterlaced ? y * rowBytes : 0
        y += 1
        return try samples.withUnsafeBufferPointer { try body($0.baseAddress! + offset) }
    }

    private func read(
        _ call: (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CChar>?) -> Int32
    ) throws {
        try CImage.check({ message in
            samples.withUnsafeMutableBufferPointer { call(decoder, $0.baseAddress, message) }
        }) { Self.error($0, $1, file: file) }
    }

    /// Signature, header and, where libpng wants one, a palette: indices are looked up later.
    private static func head(_ chunks: PNGChunks) -> [UInt8] {
        var header = Array(chunks.headerBytes)
        header[12] = chunks.header.isInterlaced ? 1 : 0
        var head = PNGImage.signature + chunk("IHDR", header)
        if chunks.header.colourType == 3 {
            head += chunk("PLTE", [UInt8](repeating: 0, count: 3 << chunks.header.depth))
        }
        return head
    }

    /// Without a checksum, which is not looked at.
    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(content.count >> 8), UInt8(content.count & 255)] + Array(type.utf8) + content + [0, 0, 0, 0]
    }

    private static func error(_ status: cim_status, _ message: String, file: String) -> FileFormatError {
        status == CIM_MEMORY ? CImage.outOfMemory(file) : PNGChunks.broken(message, file: file)
    }
}
