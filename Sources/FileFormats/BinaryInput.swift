import Foundation

/// A regular file that is read from its start to its end.
struct BinaryInput: ~Copyable {
    /// Bytes of the file when it was opened.
    let size: Int
    private let path: String
    private let descriptor: Int32

    /// - Throws: `FileFormatError` if there is no such file, it may not be read, or it is no regular file.
    init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFormatError.system("open", file: path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw FileFormatError.system("read", file: path, code: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let found = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a special file"
            throw FileFormatError(.data, file: path, "cannot read", expected: "a file", found: found)
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { _ = close(descriptor) }

    /// The next `count` bytes.
    /// - Throws: `FileFormatError` if the file has become shorter, or the system refuses.
    mutating func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let got = Foundation.read(
                    descriptor, buffer.baseAddress! + initialized, min(count - initialized, 1 << 30))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw FileFormatError.system("read", file: path, code: errno) }
                guard got > 0 else { throw FileFormatError(.data, file: path, "has become shorter while it was read") }
                initialized += got
            }
        }
    }
}
