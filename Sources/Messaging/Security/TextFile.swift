#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads the small text files that keys come in.
enum TextFile {
    /// An allow-list of ten thousand keys is shorter.
    private static let largestSize = 1 << 20

    /// The text of a file; `check` sees its mode before a byte is read.
    ///
    /// - Parameter what: what it should be, for the errors.
    /// - Throws: `MessagingError` where it is missing, unreadable, no file, too long or not UTF-8, and what `check` throws.
    static func contents(of path: String, what: String, check: (_ mode: mode_t) throws -> Void) throws -> String {
        // Not blocking: a pipe of that name must not hold the program up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "be read", what: what) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "be read", what: what) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw MessagingError("\(path): is no file; expected \(what)", code: EBADMSG)
        }
        guard status.st_size <= largestSize else {
            throw MessagingError(
                "\(path): is too long for \(what); expected at most \(largestSize) bytes, got \(status.st_size)",
                code: EBADMSG)
        }
        try check(status.st_mode)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var count = 0
        while count < bytes.count {
            let part = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if part < 0, errno == EINTR { continue }
            guard part >= 0 else { throw failure(path, "be read", what: what) }
            guard part > 0 else { break }
            count += part
        }
        guard let text = String(validating: bytes.prefix(count), as: UTF8.self), !isUTF16(bytes.prefix(count)) else {
            throw MessagingError(
                isUTF16(bytes.prefix(count))
                    ? "\(path): is UTF-16; expected \(what) in UTF-8; save it as UTF-8"
                    : "\(path): is no text; expected \(what)", code: EBADMSG)
        }
        return text
    }

    /// Whether bytes are text as Windows' editors and PowerShell's `>` may write it: a byte order mark, or every second byte 0.
    private static func isUTF16(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return true }
        let beginning = bytes.prefix(256)
        return beginning.count { $0 == 0 } > beginning.count / 3
    }

    /// The lines of a text, each without a byte order mark: where files are joined, one may stand at the start of any.
    static func lines(_ text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            line.first == "\u{FEFF}" ? line.dropFirst() : line
        }
    }

    /// What `errno` says of a file that cannot be read or written.
    static func failure(_ path: String, _ action: String, what: String = "a key file") -> MessagingError {
        let code = errno
        let reason = String(cString: strerror(code))
        let missing = code == ENOENT && action == "be read"
        if missing, CurvePublicKey(path) != nil {
            // Not quoted: it might be a secret that went astray.
            return MessagingError(
                "a key stands where a path should: expected the path of \(what); write the key to a file", code: code)
        }
        return MessagingError(
            missing ? "\(path): there is no such file; expected \(what)" : "\(path): cannot \(action): \(reason)",
            code: code)
    }
}
