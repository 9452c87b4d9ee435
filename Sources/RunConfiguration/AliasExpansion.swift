import Foundation

/// Bounds what YAML's aliases can expand to, before a parser sees the text.
///
/// An alias stands for a copy of what its anchor holds, and what it holds may have aliases in turn: 500 bytes can stand for
/// 9⁹ nodes ("billion laughs"). The parser shares the copies, but compares keys by all that is in them.
enum AliasExpansion {
    /// - Throws: `RunError` (configuration) where aliases may expand to more than a configuration can have.
    static func check(_ yaml: String, file: String) throws {
        let anchors = names(after: UInt8(ascii: "&"), in: yaml)
        guard !anchors.isEmpty else { return }
        let aliases = names(after: UInt8(ascii: "*"), in: yaml)
        // `&` and `*` within text are no anchors and aliases: the names of both must agree.
        let used = anchors.filter { aliases[$0.key] != nil }
        guard let first = used.values.compactMap(\.first).min(by: { ($0.line, $0.column) < ($1.line, $1.column) })
        else {
            return
        }
        // All of it is at most the text, times 1 + n for each anchor that n aliases stand for. Where a name is set r times,
        // and has n aliases in all, that is most where each has n / r. Aliases of plain values have nothing within, and add
        // no more than the values' bytes.
        var (factor, values) = (1.0, 1.0)
        for (name, places) in used {
            let count = Double(aliases[name]!.count)
            if places.allSatisfy(\.isScalar) {
                values += count
            } else {
                factor *= pow(1 + count / Double(places.count), Double(places.count))
            }
        }
        let lines = yaml.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        let size = lines.reduce(0) { $1.first == "#" ? $0 : $0 + $1.utf8.count + 1 }
        guard factor * values * Double(size) <= Double(ConfigurationDocument.maximumBytes) else {
            throw RunError(
                .configuration, at: "\(file):\(first.line):\(first.column)",
                "aliases stand for more than a configuration can hold",
                advice: "write the values out in the place of the aliases")
        }
    }

    private struct Place {
        var line: Int
        var column: Int
        /// What follows on the line begins neither a list nor keys and values.
        var isScalar: Bool
    }

    /// Where each name stands directly behind `indicator`: letters, digits, `_` and `-`, as libyaml reads them.
    private static func names(after indicator: UInt8, in yaml: String) -> [String: [Place]] {
        var found: [String: [Place]] = [:]
        for (line, text) in yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let bytes = Array(text.utf8)
            for start in bytes.indices where bytes[start] == indicator {
                let name = bytes[(start + 1)...].prefix(while: isNameByte)
                guard !name.isEmpty else { continue }
                let rest = bytes[name.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
                // A scalar that is followed by a colon is a key; its anchor may then be that of all keys and values.
                let isScalar =
                    rest.first.map { !"[{&*!|>#?-".utf8.contains($0) } ?? false && !rest.contains(UInt8(ascii: ":"))
                found[String(decoding: name, as: UTF8.self), default: []].append(
                    Place(line: line + 1, column: start + 1, isScalar: isScalar))
            }
        }
        return found
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
