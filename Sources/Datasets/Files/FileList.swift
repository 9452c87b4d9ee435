import FileFormats

/// The files that a run's samples come from, in the order of the samples: names and sizes, fixed when the run begins, so that
/// what is added to a folder later changes nothing, and every process reads the same.
///
/// As text, UTF-8: a line `ganglion files 1 COUNT BASE`, then a line `SIZE PATH` for each file. In paths, control characters,
/// `%` and bytes that are not UTF-8 are written as `%` and two hexadecimal digits.
package struct FileList: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// Relative to the data folder, `base` included.
        package var path: FilePath
        package var size: Int

        package init(path: FilePath, size: Int) {
            self.path = path
            self.size = size
        }
    }

    /// The folder of the split below the data folder; empty where that is the data folder itself.
    package let base: FilePath
    package let entries: [Entry]

    package init(base: FilePath, entries: [Entry]) {
        self.base = base
        self.entries = entries
    }

    package var count: Int { entries.count }

    /// The path of a file below `base`, by which it has its class.
    package func pathInBase(_ file: Int) -> FilePath {
        let path = entries[file].path
        guard !base.bytes.isEmpty else { return path }
        return FilePath(bytes: Array(path.bytes.dropFirst(base.bytes.count + 1)))
    }

    // MARK: As text

    package func encoded() -> [UInt8] {
        var text = Array("ganglion files 1 \(count) \(base.percentEncoded)\n".utf8)
        text.reserveCapacity(count * 48)
        for entry in entries {
            text.append(contentsOf: "\(entry.size) ".utf8)
            text.append(contentsOf: entry.path.percentEncoded.utf8)
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// Equal for equal lists: a SHA-256 over the text.
    package var digest: String { encoded().withUnsafeBytes { SHA256.hex($0) } }

    /// Reads the text of a list, which may come from another machine.
    ///
    /// - Throws: `DatasetError` (data) where it is none, or a path would lead out of the data folder.
    package init(parsing text: [UInt8], place: String) throws {
        var lines = LineReader(text, place: place)
        let header = try lines.next(fields: 5)
        guard header[0] == "ganglion", header[1] == "files", header[2] == "1", let count = Int(header[3]),
            count >= 0, count <= text.count
        else { throw lines.error("is no list of files", expected: "ganglion files 1 COUNT BASE") }
        base = try lines.path(header[4], mayBeEmpty: true)
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let fields = try lines.next(fields: 2)
            guard let size = Int(fields[0]), size >= 0 else { throw lines.error("has no size", expected: "SIZE PATH") }
            entries.append(Entry(path: try lines.path(fields[1]), size: size))
        }
        try lines.expectEnd()
        let prefix = base.bytes + [UInt8(ascii: "/")]
        guard base.bytes.isEmpty || entries.allSatisfy({ $0.path.bytes.starts(with: prefix) }) else {
            throw DatasetError(.data, "\(place): a file of the list is not below \(base)")
        }
        self.entries = entries
    }
}

/// Lines of fields between blanks, the last of which may hold blanks itself.
struct LineReader {
    private let place: String
    private var rest: ArraySlice<UInt8>
    private var number = 0

    init(_ text: [UInt8], place: String) {
        self.place = place
        rest = text[...]
    }

    mutating func next(fields count: Int) throws -> [String] {
        number += 1
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw error("is missing", expected: "a line") }
        let line = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: count - 1, omittingEmptySubsequences: false)
        let texts = parts.compactMap { String(validating: $0, as: UTF8.self) }
        guard parts.count == count, texts.count == count else {
            throw error("cannot be read", expected: "\(count) fields of text")
        }
        return texts
    }

    func expectEnd() throws {
        guard rest.isEmpty else { throw error("is one too many", expected: "the end of the list") }
    }

    /// A path below the data folder.
    func path(_ text: String, mayBeEmpty: Bool = false) throws -> FilePath {
        guard let path = FilePath(percentEncoded: text), mayBeEmpty || !path.bytes.isEmpty,
            path.bytes.first != UInt8(ascii: "/"), !path.bytes.contains(0),
            !path.components.contains(FilePath(".."))
        else { throw error("has a path that leads nowhere", expected: "a path below the data folder") }
        return path
    }

    func error(_ problem: String, expected: String) -> DatasetError {
        DatasetError(.data, "\(place): line \(max(1, number)) \(problem); expected \(expected)")
    }
}

extension FilePath {
    /// The path as text of one line: control characters, `%` and bytes that are not UTF-8 as `%` and two hexadecimal digits.
    package var percentEncoded: String {
        if let text, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "%") }) { return text }
        let isText = text != nil
        var encoded: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") || byte >= 0x80 && !isText {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Reads what `percentEncoded` gives; nil where a `%` has no two digits behind it.
    package init?(percentEncoded text: String) {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        self.init(bytes: bytes)
    }
}
