import FileFormats

/// The list of a run's files with what the run knows of them: when each was last written where the coordinator is, and which
/// bytes it has, as far as it has been read. Kept in the run's directory.
///
/// As text: what `FileListHeader` says, `KIND` being `known-files`, the data folder, then `SIZE LABEL MODIFIED CONTENT PATH` for
/// each file, where `MODIFIED` is in nanoseconds since 1970 and `CONTENT` 32 hexadecimal digits, with a `?` behind them where they
/// are to be confirmed, or `-`. Version 1 has no `LABEL`.
package struct KnownFiles: Sendable, Equatable {
    /// What is known of a file's bytes.
    package enum Content: Hashable, Sendable {
        case unknown
        /// Of an earlier part of the run, and the file has been written since: to be confirmed.
        case before(ContentHash)
        case known(ContentHash)
    }

    /// What came of learning a file's bytes.
    package enum Verdict: Hashable, Sendable {
        case new
        case same
        /// They were others in an earlier part of the run.
        case changedSince
        /// The run has read others.
        case conflict(ContentHash)
    }

    /// The data folder.
    package let folder: FilePath
    package let list: FileList
    private let modified: [Int64]
    package private(set) var contents: [Content]
    /// How many files' bytes are known.
    package private(set) var knownCount: Int

    /// What `scan` found in `folder`, nothing of which has been read.
    ///
    /// - Parameter list: the files of `scan`, where their classes have other numbers than by their names.
    package init(_ scan: ImageScan, in folder: String, list: FileList? = nil) {
        self.folder = FilePath(folder)
        let list = list ?? scan.list(in: folder)
        precondition(list.count == scan.files.count, "the list is that of another scan")
        self.list = list
        modified = scan.files.map(\.modified)
        contents = Array(repeating: .unknown, count: list.count)
        knownCount = 0
    }

    /// Takes over what an earlier part of the run knew of files that have the same name and size.
    package mutating func takeOver(_ before: KnownFiles) {
        for (file, old) in matches(in: before).enumerated() {
            guard let old, before.list.entries[old].size == list.entries[file].size else { continue }
            switch before.contents[old] {
            case .unknown: continue
            case .before(let content): contents[file] = .before(content)
            case .known(let content):
                contents[file] = before.modified[old] == modified[file] ? .known(content) : .before(content)
            }
        }
        knownCount = contents.count { if case .known = $0 { true } else { false } }
    }

    /// Takes note of the bytes that somebody read.
    package mutating func learn(_ file: Int, _ content: ContentHash) -> Verdict {
        switch contents[file] {
        case .known(let known): return known == content ? .same : .conflict(known)
        case .unknown, .before:
            let before = contents[file]
            contents[file] = .known(content)
            knownCount += 1
            return before == .unknown ? .new : before == .before(content) ? .same : .changedSince
        }
    }

    /// Replaces what is known of a file's bytes.
    package mutating func correct(_ file: Int, _ content: ContentHash) {
        guard case .known = contents[file] else { return _ = learn(file, content) }
        contents[file] = .known(content)
    }

    /// Leaves a file's bytes to be read anew by the next part of the run.
    package mutating func doubt(_ file: Int) {
        guard case .known(let content) = contents[file] else { return }
        contents[file] = .before(content)
        knownCount -= 1
    }

    // MARK: Changes

    /// What is different from `before`, in words; nil where the files have the same names and sizes and lie in the same folder.
    package func changes(since before: KnownFiles) -> String? {
        let matches = matches(in: before)
        let found = Set(matches.compactMap { $0 })
        let added = list.entries.indices.filter { matches[$0] == nil }.map { list.entries[$0].path }
        let removed = before.list.entries.indices.filter { !found.contains($0) }.map { before.list.entries[$0].path }
        let resized = list.entries.indices.filter { file in
            matches[file].map { before.list.entries[$0].size != list.entries[file].size } ?? false
        }.map { list.entries[$0].path }
        let moved = folder == before.folder ? "" : " (\(before.folder) then, \(folder) now)"
        let parts =
            [("added", added), ("removed", removed), ("of another size", resized)].filter { !$1.isEmpty }
            .map { "\($1.count) \($0): \(KnownFiles.some($1))" } + classChanges(since: before.list)
        guard !parts.isEmpty else {
            return moved.isEmpty ? nil : "the data lie in another folder, with the same names and sizes\(moved)"
        }
        return "the data are others: \(before.list.count) images then, \(list.count) now\(moved); "
            + parts.joined(separator: "; ")
    }

    /// What is different in the names of the classes.
    private func classChanges(since before: FileList) -> [String] {
        let (now, then) = (list.classes?.filledNames ?? [], before.classes?.filledNames ?? [])
        let found = Set(FilePath.matches(now, in: then).compactMap { $0 })
        let new = zip(now, FilePath.matches(now, in: then)).filter { $1 == nil }.map(\.0)
        let gone = then.indices.filter { !found.contains($0) }.map { then[$0] }
        return [("new", new), ("gone", gone)].filter { !$1.isEmpty }
            .map { "\($1.count) class\($1.count == 1 ? "" : "es") \($0): \(KnownFiles.some($1))" }
    }

    private func matches(in before: KnownFiles) -> [Int?] {
        FilePath.matches(list.entries.map(\.path), in: before.list.entries.map(\.path))
    }

    private static func some(_ paths: [FilePath]) -> String {
        paths.prefix(3).map(\.description).joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
    }

    // MARK: As text

    package func encoded() -> [UInt8] {
        var text = FileListHeader(list, kind: "known-files").encoded()
        text.reserveCapacity(text.count + list.count * 96)
        text.append(contentsOf: "\(folder.percentEncoded)\n".utf8)
        for (file, entry) in list.entries.enumerated() {
            let content =
                switch contents[file] {
                case .unknown: "-"
                case .before(let content): "\(content)?"
                case .known(let content): "\(content)"
                }
            let about = "\(entry.size) \(list.labelText(file)) \(modified[file]) \(content)"
            text.append(contentsOf: "\(about) \(entry.path.percentEncoded)\n".utf8)
        }
        return text
    }

    /// - Throws: `DatasetError` (data) where the text is no list.
    package init(parsing text: [UInt8], place: String) throws {
        var lines = LineReader(text, place: place)
        let header = try FileListHeader(reading: &lines, kind: "known-files", limit: text.count)
        guard let folder = FilePath(percentEncoded: try lines.next(fields: 1, form: "the data folder")[0]) else {
            throw lines.error("is no folder", expected: "a path")
        }
        self.folder = folder
        var parser = FileListParser(header)
        var times: [Int64] = []
        var contents: [Content] = []
        for _ in 0..<header.count {
            let fields = try parser.read(&lines, fields: 2, form: "MODIFIED CONTENT")
            guard let time = fields.first.flatMap({ Int64($0) }), let content = fields.last.flatMap(Content.init) else {
                throw lines.error("cannot be read", expected: "MODIFIED and CONTENT in numbers")
            }
            times.append(time)
            contents.append(content)
        }
        try lines.expectEnd()
        list = try parser.list(place: place)
        modified = times
        self.contents = contents
        knownCount = contents.count { if case .known = $0 { true } else { false } }
    }
}

extension KnownFiles.Content {
    fileprivate init?(parsing text: String) {
        if text == "-" {
            self = .unknown
        } else if text.hasSuffix("?") {
            guard let content = ContentHash(hexadecimal: text.dropLast()) else { return nil }
            self = .before(content)
        } else {
            guard let content = ContentHash(hexadecimal: text) else { return nil }
            self = .known(content)
        }
    }
}
