import Foundation

/// Tensors by name in one file: the safetensors format.
///
/// A file is eight bytes of header length n (unsigned, little-endian), n bytes of JSON that start with `{` and may end
/// in spaces, then the data. The JSON gives for every tensor its type, its shape, and where its bytes lie in the data,
/// `[begin, end)`; the tensors fill the data without overlap and without a hole. `__metadata__` maps strings to
/// strings. See <https://github.com/huggingface/safetensors>.
package struct SafetensorsFile: Sendable, Hashable {
    /// The element types of the format.
    package enum DataType: String, Sendable, CaseIterable, Hashable {
        case bool = "BOOL"
        case uint8 = "U8"
        case int8 = "I8"
        case float8E5M2 = "F8_E5M2"
        case float8E4M3 = "F8_E4M3"
        case int16 = "I16"
        case uint16 = "U16"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int32 = "I32"
        case uint32 = "U32"
        case float32 = "F32"
        case float64 = "F64"
        case int64 = "I64"
        case uint64 = "U64"

        /// Bytes of one element.
        package var size: Int {
            switch self {
            case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
            case .int16, .uint16, .float16, .bfloat16: 2
            case .int32, .uint32, .float32: 4
            case .float64, .int64, .uint64: 8
            }
        }
    }

    /// A header longer than this is refused, as the Python package does.
    package static let maximumHeaderBytes = 100_000_000

    package var tensors: [String: Tensor]
    /// The strings of `__metadata__`.
    package var metadata: [String: String]

    package init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Reads and checks a whole file. Nothing is allocated before the header agrees with the file's length.
    /// - Throws: `FileFormatError` that names the byte or the tensor that is wrong.
    package init(contentsOf path: String) throws {
        try Self.checkKind(try InputFile.beginning(of: path, count: FileKind.beginningSize), path: path)
        let file = try InputFile(path)
        let length = try Self.headerLength(try file.bytes(min(8, file.size)), fileSize: file.size, path: path)
        let header = try SafetensorsHeader(json: try file.bytes(length), path: path)
        let dataSize = file.size - 8 - length
        try header.checkExtents(dataSize: dataSize, path: path)
        guard UInt64(dataSize) <= ProcessInfo.processInfo.physicalMemory else {
            throw FileFormatError(.data, file: path, "\(dataSize) bytes of tensors are more than this machine's memory")
        }
        self.init(header: header, data: try file.bytes(dataSize))
    }

    /// Reads and checks a file that is already in memory.
    ///
    /// - Parameters:
    ///   - path: how errors call it.
    ///   - content: what it should hold, for the error about a file of another kind.
    package init(bytes: [UInt8], path: String, holding content: String = "a checkpoint") throws {
        try Self.checkKind(bytes.prefix(FileKind.beginningSize), path: path, holding: content)
        let length = try Self.headerLength(Array(bytes.prefix(8)), fileSize: bytes.count, path: path)
        let header = try SafetensorsHeader(json: Array(bytes[8..<8 + length]), path: path)
        try header.checkExtents(dataSize: bytes.count - 8 - length, path: path)
        self.init(header: header, data: Array(bytes[(8 + length)...]))
    }

    private init(header: SafetensorsHeader, data: [UInt8]) {
        metadata = header.metadata
        tensors = [:]
        tensors.reserveCapacity(header.entries.count)
        for entry in header.entries {
            tensors[entry.name] = Tensor(
                dataType: entry.dataType, shape: entry.shape, unchecked: data[entry.begin..<entry.end])
        }
    }

    /// Says what a file is that is of another kind; what looks like a header, or like nothing that is known, is read.
    private static func checkKind(
        _ beginning: some Collection<UInt8>, path: String, holding content: String = "a checkpoint"
    ) throws {
        let bytes = Array(beginning)
        guard bytes.count > 8, bytes[8] != UInt8(ascii: "{"), let kind = FileKind.name(of: bytes) else { return }
        throw FileFormatError(.data, file: path, "is \(kind)", expected: "\(content) (a safetensors file)")
    }

    private static func headerLength(_ prefix: [UInt8], fileSize: Int, path: String) throws -> Int {
        guard prefix.count == 8 else {
            throw FileFormatError(
                .data, file: path, "is too short for a safetensors file", expected: "at least 8 bytes",
                found: "\(fileSize)")
        }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(maximumHeaderBytes) else {
            throw FileFormatError(
                .data, file: path, byte: 0,
                "is no safetensors file: its first 8 bytes claim a header of \(length) bytes",
                expected: "at most \(maximumHeaderBytes)")
        }
        guard length <= UInt64(fileSize - 8) else {
            throw FileFormatError(
                .data, file: path, byte: 0,
                "claims a header of \(length) bytes, but only \(fileSize - 8) follow; the file is truncated or "
                    + "is no safetensors file")
        }
        return Int(length)
    }

    // MARK: Writing

    /// Writes the file atomically: to a temporary name, synced, renamed.
    /// - Throws: `FileFormatError` if it cannot be written; the old file is then untouched.
    package func write(to path: String) throws {
        try Self.write(tensors, metadata: metadata, to: path)
    }

    /// Writes tensors and metadata atomically. The bytes depend on the arguments alone.
    package static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
    ) throws {
        let order = fileOrder(tensors)
        let header = SafetensorsHeader.encode(order, metadata: metadata)
        guard header.count <= maximumHeaderBytes else {
            throw FileFormatError(
                .data, file: path, "the header would have \(header.count) bytes; expected at most \(maximumHeaderBytes)"
            )
        }
        try AtomicFile.write(to: path) { writer in
            try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try writer.write($0) }
            try header.withUnsafeBytes { try writer.write($0) }
            for (_, tensor) in order {
                try tensor.bytes.withUnsafeBytes { try writer.write($0) }
            }
        }
    }

    /// The order in which tensors lie in a file, that of the reference implementation: large elements first (so that
    /// all are aligned), then by name.
    package static func fileOrder(_ tensors: [String: Tensor]) -> [(name: String, tensor: Tensor)] {
        tensors.map { (name: $0.key, tensor: $0.value) }.sorted {
            let (a, b) = ($0.tensor.dataType.size, $1.tensor.dataType.size)
            return a != b ? a > b : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
    }
}

extension InputFile {
    /// The next `count` bytes.
    /// - Throws: `FileFormatError` if the file has become shorter since it was opened.
    fileprivate borrowing func bytes(_ count: Int) throws -> [UInt8] {
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard bytes.count == count else {
            throw FileFormatError(.data, file: path, "has become shorter while it was read")
        }
        return bytes
    }
}
