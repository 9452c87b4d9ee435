import Foundation

/// Files that are there whole or not at all: written under a temporary name in the same folder, synced, renamed, and
/// the folder synced. A crash or a full disk leaves the file of before.
package enum AtomicFile {
    /// How the names of unfinished files end. They begin with a dot.
    package static let incompleteSuffix = ".incomplete"

    /// Appends to the unfinished file.
    package struct Writer: ~Copyable {
        private let descriptor: Int32
        private let path: String
        /// Bytes written so far.
        package private(set) var count = 0

        fileprivate init(descriptor: Int32, path: String) {
            self.descriptor = descriptor
            self.path = path
        }

        /// Writes all of `bytes`.
        ///
        /// - Throws: `FileFormatError` when the system refuses (disk full, quota, input/output error).
        package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
            var rest = bytes
            while let base = rest.baseAddress, !rest.isEmpty {
                let written = Foundation.write(descriptor, base, min(rest.count, 1 << 30))
                if written < 0 {
                    if errno == EINTR { continue }
                    throw FileFormatError.system("write", file: path, code: errno).whileWriting()
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                count += written
            }
        }

        /// Writes all of `bytes`.
        package mutating func write(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { try write($0) }
        }
    }

    /// Writes what `body` gives to its writer, and puts it at `path` once all of it is on the disk. An existing file
    /// is replaced; where a link stands, the file that it leads to; a device or a pipe is written to. When anything throws,
    /// the temporary file is removed and the file of before stays.
    ///
    /// - Throws: `FileFormatError` when the system refuses, and what `body` throws.
    package static func write(to path: String, _ body: (inout Writer) throws -> Void) throws {
        var status = stat()
        if stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
            return try writeThrough(to: path, body)
        }
        let (folder, name) = split(linkTarget(of: path) ?? path)
        let unique = "\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let temporary = "\(folder)/.\(name).\(unique)\(incompleteSuffix)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileFormatError.system("create", file: path, code: errno).whileWriting() }
        var isOpen = true
        do {
            var writer = Writer(descriptor: descriptor, path: path)
            try body(&writer)
            guard fsync(descriptor) == 0 else { throw FileFormatError.system("sync", file: path, code: errno) }
            isOpen = false
            guard close(descriptor) == 0 else { throw FileFormatError.system("close", file: path, code: errno) }
            guard rename(temporary, "\(folder)/\(name)") == 0 else {
                throw FileFormatError.system("replace", file: path, code: errno)
            }
        } catch {
            if isOpen { _ = close(descriptor) }
            unlink(temporary)
            if let error = error as? FileFormatError, error.file == path { throw error.whileWriting() }
            throw error
        }
        try syncFolder(folder)
    }

    /// Writes to what cannot be replaced: `/dev/null`, a pipe.
    private static func writeThrough(to path: String, _ body: (inout Writer) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFormatError.system("open", file: path, code: errno).whileWriting() }
        defer { _ = close(descriptor) }
        var writer = Writer(descriptor: descriptor, path: path)
        try body(&writer)
    }

    /// Where a symbolic link leads to in the end; nil where there is none, or it leads nowhere.
    private static func linkTarget(of path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let target = realpath(path, nil) else {
            return nil
        }
        defer { free(target) }
        return String(cString: target)
    }

    /// Puts `bytes` at `path`, whole or not at all.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        try write(to: path) { try $0.write(bytes) }
    }

    /// Removes the unfinished files that killed processes left in `folder`. Whoever calls it must be the only writer
    /// there (the holder of a run directory's lock is).
    ///
    /// - Returns: the names of the removed files.
    @discardableResult
    package static func removeIncomplete(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(".") && $0.hasSuffix(incompleteSuffix) }.sorted()
            .filter { unlink("\(folder)/\($0)") == 0 }
    }

    /// Makes the names in `folder` durable.
    package static func syncFolder(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFormatError.system("open", file: folder, code: errno) }
        defer { _ = close(descriptor) }
        // Some file systems cannot sync a folder and say EINVAL: there is nothing more to do then.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FileFormatError.system("sync", file: folder, code: errno).whileWriting()
        }
    }

    /// The folder that a path lies in, `.` where it names none, and its last part. (Foundation's own crashes on paths of one
    /// character, in Swift 6.3.)
    package static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }
}
