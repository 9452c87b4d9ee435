import FileFormats

/// The files that a run's samples come from, in the order of the samples: names, sizes and classes, fixed when the run begins, so
/// that what is added to a folder later changes nothing, and every process reads the same.
///
/// As text: what `FileListHeader` says, `KIND` being `files`, then a line `SIZE LABEL PATH` for each file. Version 1 has no
/// `LABEL`: there the classes follow from the folders.
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
    /// nil where the files have no classes.
    package let classes: FileClasses?

    /// - Precondition: `classes` has a label for each entry.
    package init(base: FilePath, entries: [Entry], classes: FileClasses?) {
        precondition(classes.map { $0.labels.count == entries.count } ?? true, "each file of a list has a class")
        self.base = base
        self.entries = entries
        self.classes = classes
    }

    /// The classes are the folders that the files lie in.
    package init(base: FilePath, entries: [Entry]) {
        let depth = base.bytes.isEmpty ? 0 : base.bytes.count + 1
        let paths = entries.map { depth == 0 ? $0.path : FilePath(bytes: Array($0.path.bytes.dropFirst(depth))) }
        self.init(base: base, entries: entries, classes: ClassFolders(paths).classes)
    }

    package var count: Int { entries.count }

    /// The same list with the class numbers of an earlier one: a class keeps its number, also when it has no file any more, and
    /// new ones follow. A network has learnt a class by its number.
    package func numberingClasses(as before: FileList) -> FileList {
        guard let classes, let old = before.classes else { return self }
        return FileList(base: base, entries: entries, classes: classes.numbered(as: old.names))
    }

    // MARK: As text

    package func encoded() -> [UInt8] {
        var text = FileListHeader(self, kind: "files").encoded()
        text.reserveCapacity(text.count + count * 48)
        for (file, entry) in entries.enumerated() {
            text.append(contentsOf: "\(entry.size) \(labelText(file)) \(entry.path.percentEncoded)\n".utf8)
        }
        return text
    }

    /// The class of a file as it is written.
    func labelText(_ file: Int) -> String { classes.map { "\($0.labels[file])" } ?? "-" }

    /// Equal for lists of equal files, whatever their classes: a SHA-256 over the text of version 1.
    package var digest: String {
        var hash = SHA256()
        hash.update("ganglion files 1 \(count) \(base.percentEncoded)\n")
        for entry in entries { hash.update("\(entry.size) \(entry.path.percentEncoded)\n") }
        return hash.hexadecimal
    }

    /// Reads the text of a list, which may come from another machine.
    ///
    /// - Throws: `DatasetError` (data) where it is none, or a path would lead out of the data folder.
    package init(parsing text: [UInt8], place: String) throws {
        var lines = LineReader(text, place: place)
        let header = try FileListHeader(reading: &lines, kind: "files", limit: text.count)
        var parser = FileListParser(header)
        for _ in 0..<header.count { _ = try parser.read(&lines, fields: 0, form: "") }
        try lines.expectEnd()
        self = try parser.list(place: place)
    }
}
