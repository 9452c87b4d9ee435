import FileFormats
import Foundation

/// What lies in a folder and in some levels of folders below it: enough to find a data set's files, and to say what is there.
struct FolderListing {
    struct Entry: Hashable {
        /// Relative to the folder that is listed.
        var path: String
        var isFolder: Bool
        /// A symbolic link to what is not there.
        var isBroken = false

        /// The last part of the path.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
        /// The path without its last part; empty for the folder that is listed.
        var directory: String { path.split(separator: "/").dropLast().joined(separator: "/") }
        var depth: Int { path.split(separator: "/").count - 1 }
    }

    /// Level by level, each in the order of the names; without hidden files and names that are not UTF-8.
    private(set) var entries: [Entry] = []
    /// Whether there is more than was looked at.
    private let isCut: Bool

    /// The most entries that are looked at: folders of a million images are listed in part.
    private static let limit = 10_000

    /// Lists `folder` down to `depth` levels of folders below it, as far as they can be read.
    ///
    /// - Throws: `FileFormatError` when `folder` itself cannot be read.
    init(_ folder: String, depth: Int = 3) throws {
        var level = [""]
        for step in 0...depth {
            var next: [String] = []
            for directory in level {
                let path = directory.isEmpty ? folder : "\(folder)/\(directory)"
                guard let stream = opendir(path) else {
                    guard step > 0 else { throw FileFormatError.system("read", file: folder, code: errno) }
                    continue
                }
                defer { closedir(stream) }
                var found: [Entry] = []
                while entries.count + found.count < Self.limit, let entry = readdir(stream) {
                    let bytes = withUnsafeBytes(of: entry.pointee.d_name) { $0.prefix { $0 != 0 } }
                    guard bytes.first != UInt8(ascii: "."), let name = String(validating: bytes, as: UTF8.self) else {
                        continue
                    }
                    var new = Entry(path: directory.isEmpty ? name : "\(directory)/\(name)", isFolder: false)
                    new.isFolder = entry.pointee.d_type == DT_DIR
                    if entry.pointee.d_type != DT_DIR, entry.pointee.d_type != DT_REG {
                        var status = stat()
                        new.isBroken = stat("\(path)/\(name)", &status) != 0
                        new.isFolder = !new.isBroken && status.st_mode & S_IFMT == S_IFDIR
                    }
                    found.append(new)
                }
                found.sort { $0.path < $1.path }
                entries += found
                next += found.filter(\.isFolder).map(\.path)
            }
            level = next
        }
        isCut = entries.count >= Self.limit
    }

    /// What can be opened as a file.
    var files: [Entry] { entries.filter { !$0.isFolder && !$0.isBroken } }

    /// Whether something is at `path` that is no folder.
    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    /// What lies in the folder itself, for a message: "a.zip, b/ and 12 more".
    var summary: String {
        let top = entries.filter { $0.depth == 0 }
        guard !top.isEmpty else { return "an empty folder" }
        let shown = top.prefix(top.count > 9 ? 8 : 9).map {
            FilePath($0.name).description + ($0.isFolder ? "/" : $0.isBroken ? " (a link to what is not there)" : "")
        }
        let rest = top.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(isCut ? "thousands" : "\(rest)") more" : "")
    }
}
