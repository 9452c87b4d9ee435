/// Changes to a text of lines, names and numbers (JSON, YAML) that leave it looking like one.
package enum TextMutation {
    /// Numbers that no field expects, and what is no number.
    package static let numbers = [
        "0", "-1", "-0", "1", "0.5", "1e5", "1e999", "-1e999", "1e-999", "00", "0x10", "nan", ".inf", "-.inf",
        "2147483648",
        "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "18446744073709551616", "340282366920938463463374607431768211456",
        "1" + String(repeating: "0", count: 400),
    ]

    /// One to three changes.
    ///
    /// - Parameter words: of the format; one of them is put somewhere.
    package static func apply(to text: inout [UInt8], words: [String], _ random: inout SeededRandom) {
        for _ in 0...random.below(3) {
            switch random.below(7) {
            case 0, 1: replaceToken(in: &text, with: numbers[random.below(numbers.count)], &random) { isDigit($0) }
            case 2: replaceToken(in: &text, with: words[random.below(words.count)], &random) { isLetter($0) }
            case 3: text.insert(contentsOf: words[random.below(words.count)].utf8, at: random.below(text.count + 1))
            case 4, 5: changeLines(of: &text, &random)
            default: ByteMutation.applyOne(to: &text, &random)
            }
        }
    }

    /// Replaces one of the longest stretches of bytes that belong together.
    private static func replaceToken(
        in text: inout [UInt8], with replacement: String, _ random: inout SeededRandom,
        _ belongs: (UInt8) -> Bool
    ) {
        let starts = text.indices.filter { belongs(text[$0]) && ($0 == 0 || !belongs(text[$0 - 1])) }
        guard !starts.isEmpty else { return }
        let start = starts[random.below(starts.count)]
        let end = text[start...].firstIndex { !belongs($0) } ?? text.count
        text.replaceSubrange(start..<end, with: replacement.utf8)
    }

    /// Removes, doubles or moves a line.
    private static func changeLines(of text: inout [UInt8], _ random: inout SeededRandom) {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let (from, to) = (random.below(lines.count), random.below(lines.count))
        switch random.below(3) {
        case 0: lines.remove(at: from)
        case 1: lines.insert(lines[from], at: to)
        default: lines.swapAt(from, to)
        }
        text = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || byte == UInt8(ascii: ".") }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
    }
}
