import FileFormats
import Foundation
import UserErrors

/// A folder in which a data set's files are looked for.
struct DataFolder {
    let path: String
    /// The data set's name for `ganglion data fetch`; nil for a folder of images.
    let fetchName: String?

    init(_ path: String, fetchName: String?) {
        self.path = path
        self.fetchName = fetchName
    }

    /// Throws a `FileFormatError` unless the folder is there.
    func check() throws {
        guard let kind = try PathKind.at(path) else {
            let isText = !path.contains("\u{FFFD}")
            throw FileFormatError(
                .missing, file: path, isText ? "there is no such folder" : "the name of the folder is not UTF-8",
                advice: isText ? advice : "rename it")
        }
        guard kind == .folder else { throw isFile() }
    }

    /// For a file in the folder's place: what it is, and how a folder comes of it.
    private func isFile() -> FileFormatError {
        let (kind, parent) = (fetchName ?? "images", (path as NSString).deletingLastPathComponent)
        func error(_ problem: String, advice: String) -> FileFormatError {
            FileFormatError(
                .missing, file: path, problem, expected: "the folder that holds the data set", advice: advice)
        }
        if let archive = Archive(path) {
            return error(
                "it is a file (\(archive.kind))",
                advice: "unpack it first: \(archive.command), then take \(kind):\(archive.folder)")
        }
        let content = FileKind.name(of: Archive.beginning(of: path))
        guard let content, !content.hasPrefix("an IDX file"), content != "a gzip file" else {
            return error("it is a file", advice: "name the folder that it lies in: \(kind):\(parent)")
        }
        let isImage = ["a PNG image", "a JPEG image", "a WebP image"].contains(content)
        return error(
            isImage ? "it is a file, \(content)" : "it is a file (\(content))",
            advice: isImage
                ? "name the folder that it lies in: images:\(parent)"
                : advice)
    }

    /// The error for a folder that lacks the file `expected`: it says what is there instead, and what to do about it.
    func missing(_ expected: String, _ problem: String, listing: FolderListing) -> FileFormatError {
        if let foreign = ForeignData(listing, folder: self) {
            return FileFormatError(
                .missing, file: path, foreign.problem, expected: wanted(expected), found: listing.summary,
                advice: foreign.advice)
        }
        return FileFormatError(
            .missing, file: "\(path)/\(expected)", problem, expected: "\(wanted(expected)) here or in a folder below",
            found: listing.summary, advice: advice)
    }

    /// What a folder of the data set holds.
    private func wanted(_ name: String) -> String {
        guard let fetchName, fetchName != "cifar10" else {
            return name == "test_batch.bin" ? name : "data_batch_1.bin to data_batch_5.bin"
        }
        return "\(name) or \(name).gz"
    }

    /// Where the data set comes from.
    var advice: String {
        guard let fetchName else { return "check the path" }
        return "check the path, or get the data set with `\(ProgramName.current) data fetch \(fetchName)`"
    }
}
