import FileFormats
import Foundation

/// What lies in a folder and in some levels of folders below it: enough to find a data set's files, and to say what is there.
struct FolderListing {
    struct Entry: Hashable {
        /// Relative to the folder that is listed.
        var path: String
        var isFolder: Bool

        /// The last part of the path.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
        /// The path without its last part; empty for the folder that is listed.
        var directory: String { path.split(separator: "/").dropLast().joined(separator: "/") }
        var depth: Int { path.split(separator: "/").count - 1 }
    }

    /// Level by level, each in the order of the names; without hidden files and names that are not UTF-8.
    private(set) var entries: [Entry] = []

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
                    var isFolder = entry.pointee.d_type == DT_DIR
                    if entry.pointee.d_type != DT_DIR, entry.pointee.d_type != DT_REG {
                        var status = stat()
                        guard stat("\(path)/\(name)", &status) == 0 else { continue }
                        isFolder = status.st_mode & S_IFMT == S_IFDIR
                    }
                    found.append(Entry(path: directory.isEmpty ? name : "\(directory)/\(name)", isFolder: isFolder))
                }
                found.sort { $0.path < $1.path }
                entries += found
                next += found.filter(\.isFolder).map(\.path)
            }
            level = next
        }
    }

    var files: [Entry] { entries.filter { !$0.isFolder } }

    /// What lies in the folder itself, for a message: "a.zip, b/ and 12 more".
    var summary: String {
        let top = entries.filter { $0.depth == 0 }
        guard !top.isEmpty else { return "an empty folder" }
        let shown = top.prefix(top.count > 9 ? 8 : 9).map {
            FilePath($0.name).description + ($0.isFolder ? "/" : "")
        }
        let rest = top.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
