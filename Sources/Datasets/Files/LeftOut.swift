import FileFormats

/// What lies in a folder of images and is not taken, with the reasons.
package struct LeftOut: Hashable, Sendable {
    /// A link that leads nowhere.
    package struct BrokenLink: Hashable, Sendable {
        package var path: FilePath
        /// As the link has it; nil where it leads round in a circle.
        package var target: FilePath?
    }

    /// Files whose name is no image's, by ending in lower case ("txt"); "" counts those without one.
    package var otherFormats: [String: Int] = [:]
    /// What desktops, cameras and file servers leave (`@eaDir`, `Thumbs.db`), by its usual name.
    package var leavings: [String: Int] = [:]
    /// Files and folders whose name begins with a dot. They are not mentioned unless there is nothing else.
    package var hidden = 0
    package var brokenLinks: [BrokenLink] = []
    /// Folders that are met again, by a link.
    package var repeatedFolders: [FilePath] = []
    /// Folders that hold a run of Ganglion; an empty path is the data folder itself.
    package var runs: [FilePath] = []
    /// Pipes, sockets and devices that are named like images.
    package var specialFiles: [FilePath] = []
    /// Images kept apart by the split: of folders that are held out (or trained on, where the held-out ones are asked for).
    package var otherSplit: [FilePath: Int] = [:]
    /// Images beside the folders of a split that belong to neither; an empty path counts files beside them.
    package var besideSplits: [FilePath: Int] = [:]

    /// One line for each reason; empty when everything was taken.
    package var lines: [String] {
        [
            formatsLine, leavingsLine, brokenLinksLine, repeatedLine, runsLine, specialLine, splitLine, besideLine,
        ].compactMap { $0 }
    }

    package var otherFormatsCount: Int { otherFormats.values.reduce(0, +) }

    /// ".webp 300, .bmp 10, without ending 2"
    private static func ranked(_ counts: [String: Int]) -> String {
        let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let rest = ranked.dropFirst(6)
        let shown = ranked.prefix(6).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        guard !rest.isEmpty else { return shown }
        let files = rest.reduce(0) { $0 + $1.value }
        return shown + ", and \(files) of \(rest.count) other kind\(rest.count == 1 ? "" : "s")"
    }

    /// "x.jpg, y.jpg, z.jpg and 7 more"
    private static func first(_ names: [String], of count: Int? = nil) -> String {
        let more = (count ?? names.count) - min(3, names.count)
        return names.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    private static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// "340 files of other formats (.heic 300, .bmp 40)"
    var formatsLine: String? {
        guard !otherFormats.isEmpty else { return nil }
        var counts: [String: Int] = [:]
        for (ending, count) in otherFormats { counts[ending.isEmpty ? "without ending" : "." + ending] = count }
        let noun = otherFormatsCount == 1 ? "file of another format" : "files of other formats"
        return "\(otherFormatsCount) \(noun) (\(LeftOut.ranked(counts)))"
    }

    private var leavingsLine: String? {
        guard !leavings.isEmpty else { return nil }
        return "what desktops and file servers leave (\(LeftOut.ranked(leavings)))"
    }

    private var brokenLinksLine: String? {
        guard !brokenLinks.isEmpty else { return nil }
        let names = brokenLinks.prefix(3).map { link in
            link.target.map { "\(link.path): a link to \($0), which is not there" }
                ?? "\(link.path): a link that leads round in a circle"
        }
        return "\(LeftOut.plural(brokenLinks.count, "broken link")) (\(LeftOut.first(names, of: brokenLinks.count)))"
    }

    private var repeatedLine: String? {
        guard !repeatedFolders.isEmpty else { return nil }
        let names = LeftOut.first(repeatedFolders.prefix(3).map(\.description), of: repeatedFolders.count)
        return LeftOut.plural(repeatedFolders.count, "link")
            + " to \(repeatedFolders.count == 1 ? "a folder that is" : "folders that are") taken already or above (\(names))"
    }

    private var runsLine: String? {
        guard !runs.isEmpty else { return nil }
        let names = LeftOut.first(runs.prefix(3).map { $0.bytes.isEmpty ? "." : $0.description }, of: runs.count)
        return runs.count == 1
            ? "1 folder that holds a run (\(names)): its pictures are no data"
            : "\(runs.count) folders that hold runs (\(names)): their pictures are no data"
    }

    private var specialLine: String? {
        guard !specialFiles.isEmpty else { return nil }
        let names = LeftOut.first(specialFiles.prefix(3).map(\.description), of: specialFiles.count)
        return
            (specialFiles.count == 1 ? "1 pipe, socket or device" : "\(specialFiles.count) pipes, sockets or devices")
            + " named like an image (\(names))"
    }

    private var splitLine: String? {
        guard !otherSplit.isEmpty else { return nil }
        return "\(LeftOut.plural(otherSplit.values.reduce(0, +), "image")) of other splits ("
            + LeftOut.ranked(LeftOut.described(otherSplit)) + ")"
    }

    private var besideLine: String? {
        guard !besideSplits.isEmpty else { return nil }
        return "\(LeftOut.plural(besideSplits.values.reduce(0, +), "image")) beside the splits ("
            + LeftOut.ranked(LeftOut.described(besideSplits)) + ")"
    }

    private static func described(_ counts: [FilePath: Int]) -> [String: Int] {
        var described: [String: Int] = [:]
        for (path, count) in counts { described[path.bytes.isEmpty ? "." : path.description, default: 0] += count }
        return described
    }
}
