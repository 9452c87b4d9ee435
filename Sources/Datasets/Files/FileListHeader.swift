import FileFormats

/// How the text of a list of files begins: `ganglion KIND 2 COUNT CLASSES BASE`, then a line for each class with the name of its
/// folder. Version 1 is `ganglion KIND 1 COUNT BASE`, without classes.
///
/// The text is UTF-8. In paths, control characters, `%` and bytes that are not UTF-8 are written as `%` and two hexadecimal
/// digits.
struct FileListHeader {
    let kind: String
    let count: Int
    let base: FilePath
    /// nil in version 1.
    let classNames: [FilePath]?

    init(_ list: FileList, kind: String) {
        self.kind = kind
        count = list.count
        base = list.base
        classNames = list.classes?.names ?? []
    }

    func encoded() -> [UInt8] {
        let names = classNames ?? []
        var text = Array("ganglion \(kind) 2 \(count) \(names.count) \(base.percentEncoded)\n".utf8)
        for name in names { text.append(contentsOf: "\(name.percentEncoded)\n".utf8) }
        return text
    }

    /// - Parameter limit: the most files or classes that are believed: a text of n bytes has fewer.
    /// - Throws: `DatasetError` (data) where the text is no list of this kind.
    init(reading lines: inout LineReader, kind: String, limit: Int) throws {
        self.kind = kind
        let form = "ganglion \(kind) 2 COUNT CLASSES BASE"
        let fields = try lines.next(fields: 5, form: form)
        guard fields[0] == "ganglion", fields[1] == kind, fields[2] == "1" || fields[2] == "2",
            let count = Int(fields[3]), (0...limit).contains(count)
        else { throw lines.error("is no list of files", expected: form) }
        self.count = count
        guard fields[2] == "2" else {
            base = try lines.path(fields[4], mayBeEmpty: true)
            classNames = nil
            return
        }
        let last = fields[4].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard last.count == 2, let classes = Int(last[0]), (0...limit).contains(classes) else {
            throw lines.error("has no number of classes", expected: form)
        }
        base = try lines.path(String(last[1]), mayBeEmpty: true)
        classNames = try (0..<classes).map { _ in
            let name = try lines.next(fields: 1, form: "the name of a class")[0]
            return try lines.path(name)
        }
    }
}

/// Puts a list together from its lines.
struct FileListParser {
    private let header: FileListHeader
    private var entries: [FileList.Entry] = []
    private var labels: [Int] = []

    init(_ header: FileListHeader) { self.header = header }

    /// Reads the line of a file, `SIZE LABEL FIELDS PATH` with as many `FIELDS` as are asked for, `form`.
    ///
    /// - Returns: these fields.
    mutating func read(_ lines: inout LineReader, fields count: Int, form: String) throws -> ArraySlice<String> {
        let hasLabel = header.classNames != nil
        let form = (hasLabel ? "SIZE LABEL " : "SIZE ") + (count > 0 ? form + " " : "") + "PATH"
        let fields = try lines.next(fields: count + (hasLabel ? 3 : 2), form: form)
        guard let size = Int(fields[0]), size >= 0 else { throw lines.error("has no size", expected: form) }
        entries.append(FileList.Entry(path: try lines.path(fields[fields.count - 1]), size: size))
        if let names = header.classNames, !names.isEmpty {
            guard let label = Int(fields[1]), names.indices.contains(label) else {
                throw lines.error("has no class", expected: "a number from 0 to \(names.count - 1)")
            }
            labels.append(label)
        } else if hasLabel, fields[1] != "-" {
            throw lines.error("has a class, of which the list has none", expected: form)
        }
        return fields[(hasLabel ? 2 : 1)..<fields.count - 1]
    }

    /// - Throws: `DatasetError` (data) where a file does not lie below the list's base.
    func list(place: String) throws -> FileList {
        let prefix = header.base.bytes + [UInt8(ascii: "/")]
        guard header.base.bytes.isEmpty || entries.allSatisfy({ $0.path.bytes.starts(with: prefix) }) else {
            throw DatasetError(.data, "\(place): a file of the list is not below \(header.base)")
        }
        guard let names = header.classNames else { return FileList(base: header.base, entries: entries) }
        return FileList(
            base: header.base, entries: entries,
            classes: names.isEmpty ? nil : FileClasses(names: names, labels: labels))
    }
}
