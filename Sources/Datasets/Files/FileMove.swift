import FileFormats
import Foundation

/// Moves files to another folder, also one on another file system, and never over a file that is there.
package enum FileMove {
    /// Moves the file or link at `source` to `target`, whose folders are made; where `target` is taken, to "NAME-1.png",
    /// "NAME-2.png" and so on.
    ///
    /// - Returns: where it is now.
    /// - Throws: `FileFormatError` when it cannot be moved; then it is where it was.
    @discardableResult
    package static func move(_ source: FilePath, to target: FilePath) throws -> FilePath {
        if let folder = target.parent { try makeFolder(folder) }
        for number in 0..<10_000 {
            let place = number == 0 ? target : numbered(target, number)
            if try moveOnce(source, to: place) { return place }
        }
        throw FileFormatError(
            .cannotCreate, file: target.description, "there are 10,000 files of this name already",
            advice: "choose another folder")
    }

    /// Makes the folder at `path` with those above it, where they are not there.
    package static func makeFolder(_ path: FilePath) throws {
        if path.withCString({ mkdir($0, 0o777) }) == 0 { return }
        let code = errno
        if code == ENOENT, let parent = path.parent {
            try makeFolder(parent)
            if path.withCString({ mkdir($0, 0o777) }) == 0 { return }
        }
        var status = stat()
        if path.withCString({ stat($0, &status) }) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { return }
            throw FileFormatError(
                .cannotCreate, file: path.description, "it is a file", expected: "a folder",
                advice: "choose another folder")
        }
        throw failure("create", path, code)
    }

    /// "a/b.png" → "a/b-1.png"
    private static func numbered(_ path: FilePath, _ number: Int) -> FilePath {
        let name = path.components.last?.bytes ?? []
        let dot = name.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? $0 : nil } ?? name.count
        let changed = FilePath(bytes: name[..<dot] + Array("-\(number)".utf8) + name[dot...])
        return path.parent?.appending(changed) ?? changed
    }

    /// - Returns: false when there is a file at `target` already.
    private static func moveOnce(_ source: FilePath, to target: FilePath) throws -> Bool {
        var status = stat()
        guard source.withCString({ lstat($0, &status) }) == 0 else { throw failure("move", source, errno) }
        if status.st_mode & S_IFMT == S_IFLNK { return try moveLink(source, to: target) }
        // Unlike rename, link does not replace.
        if source.withCString({ source in target.withCString { link(source, $0) } }) == 0 {
            try remove(source, keeping: target)
            return true
        }
        switch errno {
        case EEXIST: return false
        // Another file system, or one without hard links.
        case EXDEV, EPERM, ENOTSUP, ENOSYS, EMLINK: return try moveByCopy(source, status, to: target)
        case let code: throw failure("move here", target, code)
        }
    }

    /// Makes a link to the same file, then removes the old one.
    private static func moveLink(_ source: FilePath, to target: FilePath) throws -> Bool {
        guard let file = source.resolved else { throw failure("move", source, errno) }
        guard file.withCString({ file in target.withCString { symlink(file, $0) } }) == 0 else {
            if errno == EEXIST { return false }
            throw failure("move here", target, errno)
        }
        try remove(source, keeping: target)
        return true
    }

    private static func moveByCopy(_ source: FilePath, _ status: stat, to target: FilePath) throws -> Bool {
        let input = try InputFile(source)
        let output = target.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0o777) }
        guard output >= 0 else {
            if errno == EEXIST { return false }
            throw failure("move here", target, errno)
        }
        defer { close(output) }
        do {
            try copy(input, to: output, target)
            _ = futimens(output, [status.st_atim, status.st_mtim])
            guard fsync(output) == 0 else { throw failure("move here", target, errno) }
        } catch {
            _ = target.withCString { unlink($0) }
            throw error
        }
        try remove(source, keeping: target)
        return true
    }

    private static func copy(_ input: borrowing InputFile, to output: Int32, _ target: FilePath) throws {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
            while true {
                var rest = try input.read(into: buffer)
                if rest == 0 { return }
                var place = buffer.baseAddress!
                while rest > 0 {
                    let written = write(output, place, rest)
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { throw failure("move here", target, written < 0 ? errno : EIO) }
                    place += written
                    rest -= written
                }
            }
        }
    }

    /// Removes the old name; where that is not permitted, the new one, so that the file is in one place.
    private static func remove(_ source: FilePath, keeping target: FilePath) throws {
        guard source.withCString({ unlink($0) }) != 0 else { return }
        let code = errno
        _ = target.withCString { unlink($0) }
        throw failure("move", source, code)
    }

    private static func failure(_ action: String, _ path: FilePath, _ code: Int32) -> FileFormatError {
        var error = FileFormatError.system(action, file: path.description, code: code)
        if error.category != .permission, error.category != .missing { error.category = .cannotCreate }
        return error
    }
}
