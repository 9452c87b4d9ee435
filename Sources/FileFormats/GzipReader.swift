import CZlib

/// Reads a file from its beginning to its end in pieces, decompressing it when it is gzip (one or several members).
package struct GzipReader: ~Copyable {
    package let path: String
    /// Whether the file begins with gzip's magic number.
    package let isCompressed: Bool
    private let file: InputFile
    private let state: Inflation

    /// zlib's state refers to its own address: it lives on the heap.
    private final class Inflation {
        var stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        var input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
        /// Where in the file the bytes of `input` begin.
        var inputOffset = 0
        var inputCount = 0
        var isWithinMember = false

        init() {
            stream.initialize(to: z_stream())
        }

        deinit {
            if isWithinMember { inflateEnd(stream) }
            stream.deallocate()
            input.deallocate()
        }

        /// The place in the file of the next byte that zlib takes.
        var offset: Int { inputOffset + inputCount - Int(stream.pointee.avail_in) }

        /// Whether what comes next begins as a gzip member does.
        var isAtMember: Bool {
            stream.pointee.avail_in >= 2 && stream.pointee.next_in[0] == 0x1f && stream.pointee.next_in[1] == 0x8b
        }

        func beginMember(_ path: String) throws {
            let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            guard result == Z_OK else {
                throw FileFormatError(.inputOutput, file: path, "zlib cannot begin to decompress (\(result))")
            }
            isWithinMember = true
        }

        /// Reads on, keeping the last `kept` bytes (0 or 1) that zlib has not taken yet.
        func fill(from file: borrowing InputFile, keeping kept: Int) throws {
            if kept == 1 { input[0] = stream.pointee.next_in.pointee }
            inputOffset += inputCount - kept
            let rest = UnsafeMutableBufferPointer(rebasing: input[kept...])
            inputCount = kept
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = UInt32(kept)
            inputCount += try file.read(into: UnsafeMutableRawBufferPointer(rest))
            stream.pointee.avail_in = UInt32(inputCount)
        }
    }

    /// Opens `path`.
    ///
    /// - Throws: `FileFormatError` when it cannot be opened or read.
    package init(_ path: String) throws {
        let file = try InputFile(path)
        let state = Inflation()
        try state.fill(from: file, keeping: 0)
        let isCompressed = state.isAtMember
        if isCompressed { try state.beginMember(path) }
        self.path = path
        self.file = file
        self.state = state
        self.isCompressed = isCompressed
    }

    /// Fills `bytes` with what follows; fewer bytes only at the end.
    ///
    /// - Returns: the number of bytes read.
    /// - Throws: `FileFormatError` when the archive is broken or truncated, or anything but another member follows it.
    package borrowing func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return 0 }
        let output = UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        return isCompressed ? try inflate(into: output) : try copy(into: output)
    }

    private borrowing func copy(into output: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
        let stream = state.stream
        let buffered = min(Int(stream.pointee.avail_in), output.count)
        if buffered > 0 {
            output.baseAddress!.update(from: stream.pointee.next_in, count: buffered)
            stream.pointee.next_in += buffered
            stream.pointee.avail_in -= UInt32(buffered)
        }
        let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: output[buffered...]))
        return buffered + (try file.read(into: rest))
    }

    private borrowing func inflate(into output: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
        let stream = state.stream
        var filled = 0
        while filled < output.count {
            if stream.pointee.avail_in == 0 { try state.fill(from: file, keeping: 0) }
            if !state.isWithinMember {
                if stream.pointee.avail_in == 0 { break }
                if stream.pointee.avail_in == 1 { try state.fill(from: file, keeping: 1) }
                guard state.isAtMember else {
                    throw FileFormatError(
                        .data, file: path, byte: state.offset, "there are bytes after the end of the gzip archive",
                        advice: "fetch the file again")
                }
                try state.beginMember(path)
            }
            guard stream.pointee.avail_in > 0 else {
                throw FileFormatError(
                    .data, file: path, byte: state.offset, "the gzip archive is truncated",
                    advice: "fetch the file again")
            }
            let room = min(output.count - filled, Int(Int32.max))
            stream.pointee.next_out = output.baseAddress! + filled
            stream.pointee.avail_out = UInt32(room)
            let result = CZlib.inflate(stream, Z_NO_FLUSH)
            filled += room - Int(stream.pointee.avail_out)
            switch result {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END:
                inflateEnd(stream)
                state.isWithinMember = false
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(result)"
                throw FileFormatError(
                    .data, file: path, byte: state.offset, "the gzip archive is broken (\(reason))",
                    advice: "fetch the file again")
            }
        }
        return filled
    }
}
