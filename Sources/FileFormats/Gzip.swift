import CZlib

/// Gzip (RFC 1952), by zlib.
package enum Gzip {
    /// All bytes of a file that is plain or gzip (told by its first two bytes, not by its name).
    ///
    /// - Parameter limit: the most bytes there may be, decompressed: no archive of a few kilobytes fills the memory.
    /// - Throws: `FileFormatError` when the file cannot be read, is broken or truncated, or holds more.
    package static func contents(of path: String, limit: Int) throws -> [UInt8] {
        let reader = try GzipReader(path)
        if !reader.isCompressed { return try InputFile.bytes(of: path, limit: limit) }
        var bytes: [UInt8] = []
        var chunk = 1 << 18
        while true {
            let before = bytes.count
            let more = try [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                count = try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            bytes += more
            guard bytes.count <= limit else {
                throw FileFormatError(
                    .data, file: path, "the decompressed content is too large", expected: "at most \(limit) bytes",
                    found: "more", advice: "check that it is the right file")
            }
            if bytes.count < before + chunk { return bytes }
            chunk = min(chunk * 2, 1 << 24)
        }
    }

    /// `bytes` as one gzip member, without name and time: equal bytes give equal archives.
    package static func compressed(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(begun == Z_OK, "zlib cannot begin to compress (\(begun))")
        defer { deflateEnd(&stream) }
        precondition(bytes.count <= Int(UInt32.max), "zlib compresses up to 4 GiB at once")
        var input = bytes
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        return input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(bound)
                let ended = deflate(&stream, Z_FINISH)
                precondition(ended == Z_STREAM_END, "zlib cannot compress (\(ended))")
                count = bound - Int(stream.avail_out)
            }
        }
    }
}
