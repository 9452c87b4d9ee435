import Foundation

/// A regular file open for reading, closed when it goes out of scope.
package struct InputFile: ~Copyable {
    package let path: String
    package let size: Int
    private let descriptor: Int32

    /// Opens `path`.
    ///
    /// - Throws: `FileFormatError` when it is missing, a folder or another thing that is no regular file, or
    ///   unreadable.
    package init(_ path: String) throws { try self.init(FilePath(path)) }

    /// The same for a path that need not be UTF-8; errors show it escaped.
    package init(_ file: FilePath) throws {
        let path = file.description
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = file.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw FileFormatError.system("open", file: path, code: errno) }
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? 0 : errno
        let type = status.st_mode & S_IFMT
        guard code == 0, type == S_IFREG else {
            _ = close(descriptor)
            if code != 0 { throw FileFormatError.system("examine", file: path, code: code) }
            throw type == S_IFDIR
                ? FileFormatError.system("read", file: path, code: EISDIR)
                : FileFormatError(.data, file: path, "cannot read: it is no regular file", expected: "a file")
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit {
        _ = close(descriptor)
    }

    /// Fills `bytes` from where the last read ended; fewer bytes only at the end of the file.
    ///
    /// - Returns: the number of bytes read.
    package borrowing func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < bytes.count {
            let got = Foundation.read(descriptor, bytes.baseAddress! + filled, min(bytes.count - filled, 1 << 30))
            if got < 0 {
                if errno == EINTR { continue }
                throw FileFormatError.system("read", file: path, code: errno)
            }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// The first bytes of the file at `path`, `count` where it has so many.
    package static func beginning(of path: String, count: Int) throws -> [UInt8] {
        let file = try InputFile(path)
        return try [UInt8](unsafeUninitializedCapacity: min(count, file.size)) { buffer, filled in
            filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// All bytes of the file at `path`, which has at most `limit`.
    ///
    /// - Throws: `FileFormatError` when it cannot be read or is larger.
    package static func bytes(of path: String, limit: Int) throws -> [UInt8] {
        try bytes(of: FilePath(path), limit: limit)
    }

    /// The same for a path that need not be UTF-8.
    package static func bytes(of path: FilePath, limit: Int) throws -> [UInt8] {
        let file = try InputFile(path)
        guard file.size <= limit else {
            throw FileFormatError(
                .data, file: file.path, "the file is too large", expected: "at most \(limit) bytes",
                found: "\(file.size)")
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: file.size) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes
    }
}
