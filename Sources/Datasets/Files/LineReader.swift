import FileFormats

/// Lines of fields between blanks, the last of which may hold blanks itself.
struct LineReader {
    private let place: String
    private var rest: ArraySlice<UInt8>
    private var number = 0

    init(_ text: [UInt8], place: String) {
        self.place = place
        rest = text[...]
    }

    /// The fields of the next line, which has the form `form`.
    mutating func next(fields count: Int, form: String) throws -> [String] {
        number += 1
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw error("is missing", expected: form) }
        let line = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: count - 1, omittingEmptySubsequences: false)
        let texts = parts.compactMap { String(validating: $0, as: UTF8.self) }
        guard parts.count == count, texts.count == count else {
            throw error("cannot be read", expected: form)
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
