/// Single values as YAML writes them.
package enum YAMLScalar {
    /// The shortest decimal that reads back as the same number, in a form that YAML 1.1 takes for a number too.
    package static func text(of number: Double) -> String {
        let shortest = number.description
        guard let exponent = shortest.firstIndex(of: "e"), !shortest.contains(".") else { return shortest }
        return shortest[..<exponent] + ".0" + shortest[exponent...]
    }

    /// A finite decimal number; nil for anything else, words and hexadecimal included.
    package static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard isDecimal, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Text as a plain scalar where that is safe, else in double quotes.
    package static func text(of text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "/._-:~".utf8.contains(byte)
                }
            } && text.first.map { $0.isLetter || $0 == "/" } ?? false && text.last != ":"
        let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        if isPlain, !words.contains(text.lowercased()) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0xA0).contains(scalar.value) || scalar.value == 0xFEFF:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            case "\u{2028}", "\u{2029}": quoted += scalar == "\u{2028}" ? "\\L" : "\\P"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
