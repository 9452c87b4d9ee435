extension FileKind {
    /// The kind of a file of text; nil when `bytes` are not text.
    static func text(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return "plain text (UTF-16)" }
        guard isText(bytes) else { return nil }
        let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
        let content = bytes.dropFirst(bytes.starts(with: byteOrderMark) ? 3 : 0).drop { $0 <= 0x20 }
        let text = String(decoding: content, as: UTF8.self).lowercased()
        guard let first = text.first else { return "plain text" }
        switch first {
        case "<": return markup(text)
        case "{", "[": return isJSON(text) ? "a JSON file" : "plain text"
        default:
            let isEncodedImage =
                text.hasPrefix("data:image/") || text.hasPrefix("ivborw0kggo") || text.hasPrefix("/9j/")
            return isEncodedImage ? "an image as base64 text" : "plain text"
        }
    }

    private static func markup(_ text: String) -> String {
        let isPage =
            text.hasPrefix("<!doctype html")
            || ["html", "head", "body", "title", "script", "meta"].contains { hasElement($0, in: text) }
        if hasElement("svg", in: text) && !text.hasPrefix("<!doctype html") && !text.hasPrefix("<html") {
            return "an SVG image"
        }
        if isPage { return "a web page (HTML)" }
        if text.hasPrefix("<error>") || hasElement("code", in: text) && hasElement("message", in: text) {
            return "an XML document (an error message of a server)"
        }
        let second = text.dropFirst().first
        let isMarkup = second.map { $0.isLetter || $0 == "?" || $0 == "!" } ?? false
        return isMarkup ? "an XML document" : "plain text"
    }

    private static func hasElement(_ name: String, in text: String) -> Bool {
        for end in [">", " ", "\n", "\t", "\r", "/"] where text.contains("<\(name)\(end)") { return true }
        return false
    }

    /// Whether the first character after the bracket is one that JSON allows there.
    private static func isJSON(_ text: String) -> Bool {
        guard let next = text.dropFirst().first(where: { !$0.isWhitespace }) else { return true }
        return text.first == "{" ? next == "\"" || next == "}" : "\"[]{-0123456789tfn".contains(next)
    }

    /// Whether `bytes` are UTF-8 without control characters but those of text; the last character may be cut.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let isClean = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f || [0x09, 0x0a, 0x0c, 0x0d, 0x1b].contains($0) }
        guard isClean else { return false }
        return (0...min(3, bytes.count - 1)).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
    }
}
