import CZlib
import FileFormats

/// PNG files put together by hand (ISO/IEC 15948).
enum PNGBytes {
    /// A file of one IDAT chunk.
    ///
    /// - Parameters:
    ///   - rows: each row's filter type and bytes.
    ///   - before, after: chunks around the image data.
    static func file(
        width: Int, height: Int, depth: Int, colourType: Int, interlaced: Bool = false, rows: [UInt8],
        before: [UInt8] = [], after: [UInt8] = []
    ) -> [UInt8] {
        PNGImage.signature
            + header(width: width, height: height, depth: depth, colourType: colourType, interlaced: interlaced)
            + before + chunk("IDAT", compressed(rows)) + after + chunk("IEND", [])
    }

    static func header(
        width: Int, height: Int, depth: Int, colourType: Int, interlaced: Bool = false
    ) -> [UInt8] {
        let kind = [UInt8(depth), UInt8(colourType), 0, 0, interlaced ? 1 : 0]
        return chunk("IHDR", bigEndian(width) + bigEndian(height) + kind)
    }

    /// Length, type, content and checksum.
    static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        let checksum = body.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
        return bigEndian(content.count) + body + bigEndian(Int(checksum))
    }

    /// A chunk whose checksum is wrong.
    static func damagedChunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        var bytes = chunk(type, content)
        bytes[bytes.count - 1] ^= 1
        return bytes
    }

    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
            let status = compress2(output.baseAddress, &size, bytes, UInt(bytes.count), 6)
            precondition(status == Z_OK, "zlib cannot compress (\(status))")
            count = Int(size)
        }
    }

    static func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
}
