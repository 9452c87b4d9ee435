import CZlib

extension PNGChunks.Header {
    /// The bytes of all filtered rows, each with its filter type before it.
    var filteredSize: Int {
        let bits = channels * depth
        func size(_ width: Int, _ height: Int) -> Int {
            width > 0 && height > 0 ? ((width * bits + 7) / 8 + 1) * height : 0
        }
        guard isInterlaced else { return size(width, height) }
        // Adam7: the first column and row of a pass, and its steps.
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        return passes.reduce(0) { $0 + size((width - $1.0 + $1.2 - 1) / $1.2, (height - $1.1 + $1.3 - 1) / $1.3) }
    }
}

extension PNGChunks {
    /// A larger image whose file is cut is not looked into.
    private static let cutLimit = 1 << 28

    /// The image data of a file that ends in them, as one IDAT chunk of a whole zlib stream; nil when rows are missing.
    ///
    /// When only the stream's end and checksums are cut off, every pixel is there, but libpng gives none of the last.
    func restoredImageData(_ bytes: [UInt8]) -> [UInt8]? {
        let size = header.filteredSize
        guard size <= Self.cutLimit, let rows = Self.inflate(bytes, imageData, size: size) else { return nil }
        var count = compressBound(UInt(size))
        let stream = [UInt8](unsafeUninitializedCapacity: Int(count)) { output, written in
            let status = compress2(output.baseAddress, &count, rows, UInt(size), 1)
            precondition(status == Z_OK, "zlib cannot compress (\(status))")
            written = Int(count)
        }
        let length = [24, 16, 8, 0].map { UInt8(stream.count >> $0 & 255) }
        return length + Array("IDAT".utf8) + stream + [0, 0, 0, 0]
    }

    /// The first `size` bytes of the stream in the chunks at `range`; nil when there are fewer.
    private static func inflate(_ bytes: [UInt8], _ range: Range<Int>, size: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var walk = Walk(bytes, from: range.lowerBound)
        let output = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(size)
            while stream.avail_out > 0, let chunk = walk.next(), chunk.start < range.upperBound {
                var content = Array(chunk.content)
                let status = content.withUnsafeMutableBufferPointer {
                    stream.next_in = $0.baseAddress
                    stream.avail_in = UInt32($0.count)
                    return CZlib.inflate(&stream, Z_NO_FLUSH)
                }
                if status != Z_OK && status != Z_BUF_ERROR { break }
            }
            count = size - Int(stream.avail_out)
        }
        return output.count == size ? output : nil
    }
}
