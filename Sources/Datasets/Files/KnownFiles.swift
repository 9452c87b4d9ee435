import FileFormats

/// The list of a run's files with what the run knows of them: when each was last written where the coordinator is, and which
/// bytes it has, as far as it has been read. Kept in the run's directory.
///
/// As text, UTF-8: `ganglion known-files 1 COUNT BASE`, the data folder, then `SIZE MODIFIED CONTENT PATH` for each file, where
/// `MODIFIED` is in nanoseconds since 1970 and `CONTENT` 32 hexadecimal digits, with a `?` behind them where they are to be
/// confirmed, or `-`. Paths are written as in `FileList`.
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
    package init(_ scan: ImageScan, in folder: String) {
        self.folder = FilePath(folder)
        list = scan.list(in: folder)
        modified = scan.files.map(\.modified)
        contents = Array(repeating: .unknown, count: list.count)
        knownCount = 0
    }

    /// Takes over what an earlier part of the run knew of files that have the same name and size.
    package mutating func takeOver(_ before: KnownFiles) {
        for (file, old) in list.matches(in: before.list).enumerated() {
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
        let matches = list.matches(in: before.list)
        let found = Set(matches.compactMap { $0 })
        let added = list.entries.indices.filter { matches[$0] == nil }.map { list.entries[$0].path }
        let removed = before.list.entries.indices.filter { !found.contains($0) }.map { before.list.entries[$0].path }
        let resized = list.entries.indices.filter { file in
            matches[file].map { before.list.entries[$0].size != list.entries[file].size } ?? false
        }.map { list.entries[$0].path }
        let moved = folder == before.folder ? "" : " (\(before.folder) then, \(folder) now)"
        let parts = [("added", added), ("removed", removed), ("of another size", resized)].filter { !$1.isEmpty }
        guard !parts.isEmpty else {
            return moved.isEmpty ? nil : "the data lie in another folder, with the same names and sizes\(moved)"
        }
        let details = parts.map { "\($1.count) \($0): \(KnownFiles.some($1))" }.joined(separator: "; ")
        return "the data are others: \(before.list.count) images then, \(list.count) now\(moved); \(details)"
    }

    private static func some(_ paths: [FilePath]) -> String {
        paths.prefix(3).map(\.description).joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
    }

    // MARK: As text

    package func encoded() -> [UInt8] {
        var text = Array("ganglion known-files 1 \(list.count) \(list.base.percentEncoded)\n".utf8)
        text.reserveCapacity(list.count * 96)
        text.append(contentsOf: "\(folder.percentEncoded)\n".utf8)
        for (file, entry) in list.entries.enumerated() {
            let content =
                switch contents[file] {
                case .unknown: "-"
                case .before(let content): "\(content)?"
                case .known(let content): "\(content)"
                }
            text.append(contentsOf: "\(entry.size) \(modified[file]) \(content) \(entry.path.percentEncoded)\n".utf8)
        }
        return text
    }

    /// - Throws: `DatasetError` (data) where the text is no list.
    package init(parsing text: [UInt8], place: String) throws {
        var lines = LineReader(text, place: place)
        let header = try lines.next(fields: 5)
        guard header[0] == "ganglion", header[1] == "known-files", header[2] == "1", let count = Int(header[3]),
            count >= 0, count <= text.count
        else { throw lines.error("is no list of known files", expected: "ganglion known-files 1 COUNT BASE") }
        guard let folder = FilePath(percentEncoded: try lines.next(fields: 1)[0]) else {
            throw lines.error("is no folder", expected: "a path")
        }
        self.folder = folder
        let base = try lines.path(header[4], mayBeEmpty: true)
        var entries: [FileList.Entry] = []
        var times: [Int64] = []
        var contents: [Content] = []
        for _ in 0..<count {
            let fields = try lines.next(fields: 4)
            guard let size = Int(fields[0]), size >= 0, let time = Int64(fields[1]),
                let content = Content(parsing: fields[2])
            else { throw lines.error("cannot be read", expected: "SIZE MODIFIED CONTENT PATH") }
            entries.append(FileList.Entry(path: try lines.path(fields[3]), size: size))
            times.append(time)
            contents.append(content)
        }
        try lines.expectEnd()
        list = FileList(base: base, entries: entries)
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

extension FileList {
    /// For each file its place in another list, each place once: the file of the same path or, where there is none, one whose
    /// path is spelled in another way.
    fileprivate func matches(in other: FileList) -> [Int?] {
        let places = Dictionary(other.entries.enumerated().map { ($1.path, $0) }) { first, _ in first }
        var matches = entries.map { places[$0.path] }
        let taken = Set(matches.compactMap { $0 })
        var rest: [FilePath: Int] = [:]
        for place in other.entries.indices where !taken.contains(place) {
            rest[other.entries[place].path.normalized] = place
        }
        guard !rest.isEmpty else { return matches }
        for file in entries.indices where matches[file] == nil {
            matches[file] = rest.removeValue(forKey: entries[file].path.normalized)
        }
        return matches
    }
}

extension FilePath {
    /// The path as names are compared: one that is spelled in another way is the same.
    package var normalized: FilePath { FilePath(bytes: FileNameOrder.key(of: self)) }
}
