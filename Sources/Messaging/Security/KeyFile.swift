import UserErrors

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Key pairs in files: `NAME.key` with both keys, mode 0600, and `NAME.pub`, a line of an allow-list.
///
///     # A secret key of Ganglion's: whoever has it is 'node-a'.
///     name node-a
///     public E3Q5…
///     secret 8zU/…
///
/// No error about such a file quotes what is in it.
public enum KeyFile {
    /// Writes a new pair.
    ///
    /// - Returns: the paths of the two files.
    /// - Throws: `MessagingError` where a file of that name exists already (nothing is overwritten), or cannot be written.
    public static func create(_ pair: CurveKeyPair, name: String, in directory: String) throws -> (
        secret: String, public: String
    ) {
        let secretPath = "\(directory)/\(name).key"
        let publicPath = "\(directory)/\(name).pub"
        guard access(publicPath, F_OK) != 0 else { throw alreadyThere(publicPath) }
        try createFile(
            """
            # A secret key of Ganglion's: whoever has it is '\(name)'.
            name \(name)
            public \(pair.publicKey)
            secret \(pair.secretText)

            """, at: secretPath, mode: 0o600)
        do {
            try createFile("\(pair.publicKey) \(name)\n", at: publicPath, mode: 0o644)
        } catch {
            unlink(secretPath)
            throw error
        }
        return (secretPath, publicPath)
    }

    /// Reads a pair.
    ///
    /// - Throws: `MessagingError` where the file cannot be read, others may read it, or it holds no keys that fit.
    public static func read(_ path: String) throws -> CurveKeyPair {
        let text = try TextFile.contents(of: path, what: "a key file") { mode in
            guard mode & 0o077 == 0 else {
                throw MessagingError(
                    "\(path): others may read this secret key; expected mode 600, got \(String(mode & 0o777, radix: 8)); chmod 600 it, or make new keys if somebody may have seen it",
                    code: EACCES)
            }
        }
        var fields: [Substring: (value: Substring, line: Int)] = [:]
        for (index, line) in TextFile.lines(text).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let field = words.first, field.first != "#" else { continue }
            guard ["name", "public", "secret"].contains(field), words.count == 2, fields[field] == nil else {
                throw malformed(
                    path,
                    "line \(index + 1) is none of a key file's; expected name, public or secret, once, and a value")
            }
            fields[field] = (words[1], index + 1)
        }
        guard let secret = fields["secret"] else { throw malformed(path, "it holds no secret key") }
        guard let pair = CurveKeyPair(secret: secret.value) else {
            throw malformed(
                path,
                "the secret key in line \(secret.line) is none; expected 40 characters of Z85, got \(secret.value.count)"
            )
        }
        if let (value, line) = fields["public"], CurvePublicKey(value) != pair.publicKey {
            throw malformed(path, "the public key in line \(line) does not belong to the secret one")
        }
        return pair
    }

    /// Reads the public key in a file of either kind, or of an allow-list that holds one key alone.
    ///
    /// - Throws: `MessagingError` as `read`, and where the file holds more than one key.
    public static func readPublicKey(_ path: String) throws -> CurvePublicKey {
        let text = try TextFile.contents(of: path, what: "a key file") { _ in }
        let isSecret = TextFile.lines(text).contains {
            $0.split(whereSeparator: \.isWhitespace).first == "secret"
        }
        if isSecret { return try read(path).publicKey }
        let list = try AllowList(text, file: path)
        guard list.entries.count == 1 else {
            throw MessagingError(
                "\(path): it holds \(list.entries.count) keys; expected one; name the file of one key", code: EBADMSG)
        }
        return list.entries[0].key
    }

    private static func malformed(_ path: String, _ problem: String) -> MessagingError {
        MessagingError("\(path): \(problem); make new keys with '\(ProgramName.current) keys new'", code: EBADMSG)
    }

    private static func alreadyThere(_ path: String) -> MessagingError {
        MessagingError(
            "\(path): is there already, and keys are not overwritten; choose another name or directory", code: EEXIST)
    }

    private static func createFile(_ text: String, at path: String, mode: mode_t) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw errno == EEXIST ? alreadyThere(path) : TextFile.failure(path, "be written") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else {
                let error = TextFile.failure(path, "be written")
                unlink(path)
                throw error
            }
            rest = rest.dropFirst(max(0, count))
        }
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
            let error = TextFile.failure(path, "be written")
            unlink(path)
            throw error
        }
    }
}
