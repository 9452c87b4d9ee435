import UserErrors

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The public keys that may connect, from a text file.
///
/// One key a line, perhaps with a name behind it. A line that starts with `#` is a comment, and so is a name that does: so
/// `cat keys/*.pub > allowed` makes one.
public struct AllowList: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let key: CurvePublicKey
        /// For people; empty where none is given.
        public let name: String
    }

    /// At least one, no key twice.
    public let entries: [Entry]

    /// Reads a file.
    ///
    /// - Throws: `MessagingError` where it cannot be read, everybody may write it, a line is no key, a key stands there
    ///   twice, or none does.
    public init(contentsOf path: String) throws {
        let text = try TextFile.contents(of: path, what: "a list of public keys") { mode in
            guard mode & 0o002 == 0 else {
                throw MessagingError(
                    "\(path): everybody may write this list of who may connect; expected mode 644, got \(String(mode & 0o777, radix: 8)); chmod o-w it",
                    code: EACCES)
            }
        }
        try self.init(text, file: path)
    }

    /// Reads text; `file` is how errors call it.
    public init(_ text: String, file: String) throws {
        var entries: [Entry] = []
        var lines: [CurvePublicKey: Int] = [:]
        for (index, line) in TextFile.lines(text).enumerated() {
            let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            guard let word = words.first, word.first != "#" else { continue }
            guard let key = CurvePublicKey(word) else {
                // Not quoted: it might be a secret that went astray.
                throw MessagingError(
                    "\(file):\(index + 1): no public key stands here; expected 40 characters of Z85, perhaps with a name behind them, got a word of \(word.count); '\(ProgramName.current) keys show FILE' prints a key",
                    code: EBADMSG)
            }
            if let first = lines.updateValue(index + 1, forKey: key) {
                throw MessagingError(
                    "\(file):\(index + 1): this key stands in line \(first) already; expected each once; remove one of the two",
                    code: EBADMSG)
            }
            let name = words.count > 1 && words[1].first != "#" ? words[1].trimmingSpace : ""
            entries.append(Entry(key: key, name: name))
        }
        guard !entries.isEmpty else {
            throw MessagingError(
                "\(file): the list of keys is empty: nobody could connect; expected a public key a line; '\(ProgramName.current) keys new' makes one",
                code: EBADMSG)
        }
        self.entries = entries
    }
}

extension Substring {
    fileprivate var trimmingSpace: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
