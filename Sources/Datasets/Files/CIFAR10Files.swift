import FileFormats
import Foundation

/// Where the batches of CIFAR-10's binary version lie: `data_batch_1.bin` to `data_batch_5.bin` or `test_batch.bin`, in the
/// folder itself or in one below it, mostly `cifar-10-batches-bin`.
struct CIFAR10Files {
    /// In the order of their numbers.
    let batches: [String]
    /// The folder below that they were found in, if it is not the usual one; for people.
    let note: String?

    private static let usualFolder = "cifar-10-batches-bin"

    /// - Throws: `FileFormatError` (missing) that says what is there where there is no batch, or several sets are.
    init(in folder: DataFolder, split: DatasetSplit) throws {
        let names = split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
        for place in ["\(folder.path)/\(Self.usualFolder)", folder.path] {
            let found = names.map { "\(place)/\($0)" }.filter(FolderListing.isFile)
            guard found.isEmpty else {
                (batches, note) = (found, nil)
                return
            }
        }
        let listing = try FolderListing(folder.path)
        let candidates = listing.files.compactMap(Candidate.init).filter { ($0.number == 0) == (split == .test) }
        let directories = Set(candidates.map(\.directory))
        let usual = directories.filter { $0.split(separator: "/").last?.lowercased() == Self.usualFolder }
        let places = usual.isEmpty ? directories : usual
        let depth = places.map { $0.split(separator: "/").count }.min() ?? 0
        let nearest = places.filter { $0.split(separator: "/").count == depth }.sorted()
        guard let place = nearest.first else {
            throw folder.missing(names[0], "there is no such file", listing: listing)
        }
        guard nearest.count == 1 else {
            throw FileFormatError(
                .missing, file: folder.path, "several sets lie here", expected: "one, in a folder of its own",
                found: nearest.prefix(8).joined(separator: ", "),
                advice: "name the folder of one: cifar10:\(folder.path)/\(place)")
        }
        let ofPlace = Dictionary(grouping: candidates.filter { $0.directory == place }, by: \.number)
        batches = ofPlace.sorted { $0.key < $1.key }.map { _, copies in
            "\(folder.path)/\(copies.min { ($0.mark, $0.entry.path) < ($1.mark, $1.entry.path) }!.entry.path)"
        }
        note = place.isEmpty || place == Self.usualFolder ? nil : place
    }

    /// The names of the ten classes as `batches.meta.txt` beside the batches has them, a line each; nil where there is no such
    /// file, or it holds anything else.
    func classNames() -> [String]? {
        let path = FilePath(batches[0]).parent?.appending("batches.meta.txt")
        guard let path, let bytes = try? InputFile.bytes(of: path, limit: 4096),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        return names.count == 10 && Set(names).count == 10 ? names : nil
    }

    /// Whether a name is that of a batch of the binary version.
    static func isBatch(_ name: String) -> Bool { number(DownloadName(name)) != nil }

    private struct Candidate {
        var entry: FolderListing.Entry
        /// 1 to 5; 0 for the test batch.
        var number: Int
        var mark: String
        /// The folder that it counts for.
        var directory: String

        init?(_ entry: FolderListing.Entry) {
            let name = DownloadName(entry.name)
            guard let number = CIFAR10Files.number(name) else { return nil }
            (self.entry, self.number, mark) = (entry, number, name.mark)
            var parts = entry.directory.split(separator: "/")
            // A folder of the file's own, with its name: it stands for the file.
            if let last = parts.last, CIFAR10Files.isBatch(String(last)) { parts.removeLast() }
            directory = parts.joined(separator: "/")
        }
    }

    /// "data_batch_1 (1).bin" has its mark before the ending.
    private static func number(_ name: DownloadName) -> Int? {
        guard name.base.hasSuffix(".bin") else { return nil }
        let stem = name.base.dropLast(4)
        if let match = stem.wholeMatch(of: /data[_ -]batch[_ -]([1-5])(?: ?\(\d+\)|[ _-]+copy(?: \d+)?| \d+)?/) {
            return Int(match.1)
        }
        return stem.wholeMatch(of: /test[_ -]batch(?: ?\(\d+\)|[ _-]+copy(?: \d+)?| \d+)?/) == nil ? nil : 0
    }
}
