import FileFormats
import Foundation

/// Where the files of a set in MNIST's format lie: in the folder itself under their own names, or as others leave them. So do
/// torchvision (`MNIST/raw`), Kaggle (a file in a folder of nearly its name), browsers (` (1)`) and sets of the same format
/// (`emnist-digits-train-images-idx3-ubyte`).
struct MNISTFiles {
    let images: String
    /// Nil where there are images alone.
    let labels: String?
    /// Where the images were found, if not in the folder itself by their usual name; for people.
    let note: String?

    /// Looks into the folder and three levels of folders below it.
    ///
    /// - Throws: `FileFormatError` (missing) that says what is there where nothing fits, or several sets do.
    init(in folder: DataFolder, split: DatasetSplit) throws {
        let path = folder.path
        func usual(_ role: IDXFile.Role) -> String? {
            IDXFileName.usual(role, split).flatMap { ["\(path)/\($0)", "\(path)/\($0).gz"] }.first(
                where: FolderListing.isFile)
        }
        if let images = usual(.images), let labels = usual(.labels) {
            (self.images, self.labels, note) = (images, labels, nil)
            return
        }
        let listing = try FolderListing(path)
        let candidates = listing.files.compactMap(Candidate.init).filter { $0.name.split == split }
        let images = candidates.filter { $0.name.role == .images }
        let group = try Self.choose(among: Set(images.map(\.group)), folder: folder, listing: listing, split: split)
        let image = try Self.best(images.filter { $0.group == group }, folder: folder)
        self.images = "\(path)/\(image.entry.path)"
        labels = try Self.labels(of: image, among: candidates, folder: folder).map { "\(path)/\($0.entry.path)" }
        if group.directory.isEmpty {
            note = group.prefix.isEmpty ? nil : image.entry.path
        } else {
            note = group.prefix.isEmpty ? group.directory : image.entry.path
        }
    }

    /// Files that belong together: of one folder, with the same words before their usual names.
    private struct Group: Hashable {
        var directory: String
        var prefix: String

        /// The data set that the words name, as `ganglion data fetch` calls it, or in lower case; nil where they name none.
        var title: String? {
            let words = "\(directory)/\(prefix)".lowercased()
            if words.contains("fashion") { return "fashion-mnist" }
            for name in ["kmnist", "kuzushiji", "emnist", "qmnist"] where words.contains(name) { return name }
            return words.contains("mnist") ? "mnist" : nil
        }
        var depth: Int { directory.split(separator: "/").count }
        var shown: String { [directory, prefix].filter { !$0.isEmpty }.joined(separator: "/") }
    }

    private struct Candidate {
        var entry: FolderListing.Entry
        var name: IDXFileName
        var group: Group

        init?(_ entry: FolderListing.Entry) {
            guard let name = IDXFileName(entry.name) else { return nil }
            (self.entry, self.name) = (entry, name)
            var directory = entry.directory.split(separator: "/")
            // A folder of the file's own, with its name: it stands for the file.
            if let last = directory.last, IDXFileName(String(last))?.role == name.role { directory.removeLast() }
            group = Group(directory: directory.joined(separator: "/"), prefix: name.prefix)
        }

        /// Whether it is to be taken rather than another of its group: not a copy, plain, nearer, with the original name.
        func precedes(_ other: Candidate) -> Bool { rank.lexicographicallyPrecedes(other.rank) }

        private var rank: [String] {
            let isUsual = IDXFileName.usual(name.role, name.split).contains { entry.name.hasPrefix($0) }
            return [name.mark, name.isCompressed ? "1" : "0", "\(entry.depth)", isUsual ? "0" : "1", entry.path]
        }
    }

    private static func choose(
        among groups: Set<Group>, folder: DataFolder, listing: FolderListing, split: DatasetSplit
    ) throws -> Group {
        guard !groups.isEmpty else {
            let expected = IDXFileName.usual(.images, split)[0]
            // A folder in the file's place, with nothing in it that could be the file.
            if listing.entries.contains(where: { $0.path == expected && $0.isFolder }) {
                throw FileFormatError.system("read", file: "\(folder.path)/\(expected)", code: EISDIR)
            }
            throw folder.missing(expected, "there is no such file, nor one with .gz", listing: listing)
        }
        let wanted = folder.fetchName ?? "mnist"
        var fitting = groups.filter { $0.title == wanted }
        if fitting.isEmpty { fitting = groups.filter { $0.title == nil } }
        if fitting.isEmpty, wanted == "mnist" { fitting = groups.filter { $0.title != "fashion-mnist" } }
        if fitting.isEmpty, let other = groups.min(by: { $0.shown < $1.shown }) {
            let kind = other.title == "fashion-mnist" ? "fashion-mnist" : "mnist"
            throw FileFormatError(
                .missing, file: "\(folder.path)/\(other.shown)", "these files are named for another data set",
                expected: wanted, found: other.title ?? other.shown, advice: "take \(kind):\(folder.path)")
        }
        let depth = fitting.map(\.depth).min() ?? 0
        let nearest = fitting.filter { $0.depth == depth }.sorted { $0.shown < $1.shown }
        guard nearest.count == 1 else {
            throw FileFormatError(
                .missing, file: folder.path, "several sets lie here", expected: "one, in a folder of its own",
                found: nearest.prefix(8).map { $0.shown.isEmpty ? "files without a prefix" : $0.shown }
                    .joined(separator: ", "),
                advice: nearest.allSatisfy { $0.prefix.isEmpty }
                    ? "name the folder of one: \(wanted):\(folder.path)/\(nearest[0].directory)"
                    : "move the files of one to a folder of their own")
        }
        return nearest[0]
    }

    /// The first by `precedes`. Copies that are all marked must be alike: nothing else tells which is meant.
    private static func best(_ candidates: [Candidate], folder: DataFolder) throws -> Candidate {
        let sorted = candidates.sorted { $0.precedes($1) }
        let marked = sorted.filter { $0.name.isCompressed == sorted[0].name.isCompressed }
        if !sorted[0].name.mark.isEmpty {
            let sizes = Set(try marked.map { try InputFile("\(folder.path)/\($0.entry.path)").size })
            guard sizes.count == 1 else {
                throw FileFormatError(
                    .missing, file: folder.path, "there are copies of other sizes, and no file without a copy's mark",
                    found: marked.prefix(8).map(\.entry.path).joined(separator: ", "),
                    advice:
                        "keep one of them, or rename it to \(IDXFileName.usual(sorted[0].name.role, sorted[0].name.split)[0])"
                )
            }
        }
        return sorted[0]
    }

    /// The labels beside the images, or in a folder beside theirs.
    private static func labels(of image: Candidate, among all: [Candidate], folder: DataFolder) throws -> Candidate? {
        let labels = all.filter { $0.name.role == .labels && $0.name.prefix == image.name.prefix }
        let beside = labels.filter { $0.group == image.group }
        if let same = beside.filter({ $0.name.mark == image.name.mark }).min(by: { $0.precedes($1) }) { return same }
        if !beside.isEmpty { return try best(beside, folder: folder) }
        guard !image.group.directory.isEmpty else { return nil }
        let parent = image.group.directory.split(separator: "/").dropLast()
        let withImages = Set(all.filter { $0.name.role == .images }.map(\.group))
        let near = labels.filter { label in
            let directory = label.group.directory.split(separator: "/")
            let isNear = directory.elementsEqual(parent) || directory.dropLast().elementsEqual(parent)
            // Not those of another set.
            return isNear && !withImages.contains(label.group)
                && (label.group.title == nil || label.group.title == image.group.title)
        }
        return Set(near.map(\.group)).count == 1 ? try best(near, folder: folder) : nil
    }
}
