import FileFormats
import Foundation

/// A folder open for listing, its names as the bytes that the file system has.
struct FolderStream: ~Copyable {
    enum EntryType {
        case file, folder, link
        /// A pipe, a socket or a device.
        case special
    }

    struct Entry {
        var name: FilePath
        var type: EntryType
    }

    /// A system call that failed.
    struct SystemError: Error {
        var code: Int32
    }

    private let path: FilePath
    #if canImport(Darwin)
        private let stream: UnsafeMutablePointer<DIR>
    #else
        private let stream: OpaquePointer
    #endif

    /// - Throws: `FileFormatError` when there is no such folder, or it may not be read.
    init(_ path: FilePath) throws {
        self.path = path
        guard let stream = path.withCString({ opendir($0) }) else {
            throw FileFormatError.system("read", file: path.description, code: errno)
        }
        self.stream = stream
    }

    /// The folder `name` in `parent`.
    init(_ name: FilePath, in parent: borrowing FolderStream) throws {
        path = parent.path.appending(name)
        let descriptor = name.withCString { openat(dirfd(parent.stream), $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0, let stream = fdopendir(descriptor) else {
            let code = errno
            if descriptor >= 0 { close(descriptor) }
            throw FileFormatError.system("read", file: path.description, code: code)
        }
        self.stream = stream
    }

    deinit { closedir(stream) }

    /// Of the folder itself.
    func status() throws -> stat {
        var status = stat()
        guard fstat(dirfd(stream), &status) == 0 else {
            throw FileFormatError.system("examine", file: path.description, code: errno)
        }
        return status
    }

    /// Of what `name` is, or what it links to.
    func status(of name: FilePath, followingLinks: Bool = true) -> Result<stat, SystemError> {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        let result = name.withCString { fstatat(dirfd(stream), $0, &status, flags) }
        return result == 0 ? .success(status) : .failure(SystemError(code: errno))
    }

    /// What the link `name` holds.
    func target(of name: FilePath) -> FilePath {
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(
                0,
                buffer.withMemoryRebound(to: CChar.self) { target in
                    name.withCString { readlinkat(dirfd(stream), $0, target.baseAddress!, target.count) }
                })
        }
        return FilePath(bytes: bytes)
    }

    /// Everything in the folder but `.` and `..`, in the system's order.
    func entries() throws -> [Entry] {
        var entries: [Entry] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = FolderStream.name(of: entry)
            guard name.bytes != [UInt8(ascii: ".")], name.bytes != Array("..".utf8) else { continue }
            if let type = type(of: entry, name) { entries.append(Entry(name: name, type: type)) }
            errno = 0
        }
        guard errno == 0 else { throw FileFormatError.system("read", file: path.description, code: errno) }
        return entries
    }

    /// The names alone; of a folder that breaks off, those up to there.
    func names() -> [FilePath] {
        var names: [FilePath] = []
        while let entry = readdir(stream) { names.append(FolderStream.name(of: entry)) }
        return names
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> FilePath {
        let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
        return FilePath(
            bytes: Array(UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
        )
    }

    /// nil for what was removed meanwhile.
    private func type(of entry: UnsafeMutablePointer<dirent>, _ name: FilePath) -> EntryType? {
        switch Int32(entry.pointee.d_type) {
        case Int32(DT_REG): return .file
        case Int32(DT_DIR): return .folder
        case Int32(DT_LNK): return .link
        case Int32(DT_UNKNOWN):
            // Some file systems do not tell.
            guard case .success(let status) = status(of: name, followingLinks: false) else { return nil }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file
            case S_IFDIR: return .folder
            case S_IFLNK: return .link
            default: return .special
            }
        default: return .special
        }
    }
}
