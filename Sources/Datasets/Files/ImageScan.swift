import FileFormats
import Foundation

/// What lies in a folder of images: which files are taken, and what is left out and why.
package struct ImageScan: Sendable {
    /// A file that is taken for an image by its name.
    package struct File: Hashable, Sendable {
        /// Relative to `folder`.
        package var path: FilePath
        package var size: Int
        /// When it was last written, in nanoseconds since 1970.
        package var modified: Int64

        package init(path: FilePath, size: Int, modified: Int64) {
            self.path = path
            self.size = size
            self.modified = modified
        }
    }

    /// The folder that was looked through: the one asked for, or that of a split below it.
    package let folder: FilePath
    /// In the order of the data set.
    package let files: [File]
    /// What was left out in words, a line each: "340 files of other formats (.webp 300, .bmp 40)". Empty: nothing was.
    package let leftOut: [String]
    /// Whether the folder holds the split that was asked for apart from the other.
    package let hasSplits: Bool

    /// Looks through `folder`.
    ///
    /// - Throws: `FileFormatError` when a folder cannot be read.
    package init(folder: String, split: DatasetSplit) throws {
        self.folder = FilePath(folder)
        var files: [File] = []
        try ImageScan.collect(FilePath(folder), prefix: FilePath(""), into: &files)
        self.files = files.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
        leftOut = []
        hasSplits = false
    }

    private static func collect(_ folder: FilePath, prefix: FilePath, into files: inout [File]) throws {
        guard let stream = folder.withCString({ opendir($0) }) else {
            throw FileFormatError.system("read", file: folder.description, code: errno)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { FilePath(bytes: Array($0.prefix { $0 != 0 })) }
            guard name.bytes.first != UInt8(ascii: ".") else { continue }
            let path = folder.appending(name)
            var status = stat()
            guard path.withCString({ stat($0, &status) }) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try collect(path, prefix: prefix.appending(name), into: &files)
            } else if [".png", ".jpg", ".jpeg"].contains(where: { name.description.lowercased().hasSuffix($0) }) {
                let modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
                files.append(File(path: prefix.appending(name), size: Int(status.st_size), modified: modified))
            }
        }
    }
}
