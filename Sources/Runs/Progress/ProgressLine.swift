/// Work under way that can be told in a line.
package protocol ProgressLine: Sendable {
    /// One line of at most `width` columns for a terminal, redrawn in place.
    func line(width: Int) -> String
    /// One line of text for a log.
    var plainLine: String { get }
}

/// Parts of a line in the order in which they stand, of which the least important are left out where space is short.
struct LineLayout {
    struct Part {
        var text: String
        /// 0 is the most important.
        var rank: Int
    }

    var parts: [Part] = []
    /// Share of the work that is done, from 0 to 1, drawn as a bar after the first part; nil for no bar.
    var share: Double?

    mutating func add(_ text: String?, rank: Int) {
        if let text { parts.append(Part(text: text, rank: rank)) }
    }

    /// The parts that fit, two spaces between them, and a bar in what is left.
    func line(width: Int) -> String {
        guard width > 0 else { return "" }
        let separator = 2
        var chosen: Set<Int> = []
        var used = 0
        for index in parts.indices.sorted(by: { (parts[$0].rank, $0) < (parts[$1].rank, $1) }) {
            let needed = parts[index].text.count + (chosen.isEmpty ? 0 : separator)
            guard used + needed <= width else { break }
            used += needed
            chosen.insert(index)
        }
        guard !chosen.isEmpty else {
            let first = parts.min { $0.rank < $1.rank }?.text ?? ""
            return String(first.prefix(width))
        }
        var texts = parts.indices.filter(chosen.contains).map { parts[$0].text }
        let barWidth = min(30, width - used - separator)
        if let share, barWidth >= 6 { texts.insert(Self.bar(share, width: barWidth), at: min(1, texts.count)) }
        return texts.joined(separator: "  ")
    }

    static func bar(_ share: Double, width: Int) -> String {
        let halves = Int((max(0, min(1, share.isFinite ? share : 0)) * Double(2 * width)).rounded(.down))
        let full = String(repeating: "━", count: halves / 2)
        let half = halves % 2 == 1 ? "╸" : ""
        return full + half + String(repeating: "·", count: width - full.count - half.count)
    }
}

/// Numbers as a progress line shows them.
enum ProgressText {
    /// `0:07`, `12:30`, `1:02:03`, `3 d 4 h`
    static func duration(_ seconds: Double) -> String? {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return nil }
        let whole = Int(seconds.rounded())
        if whole >= 86400 { return "\(whole / 86400) d \(whole % 86400 / 3600) h" }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole % 3600 / 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
    }

    /// `812`, `12.3k`, `1.2M`
    static func count(_ number: Double) -> String? {
        guard number.isFinite, number >= 0 else { return nil }
        if number < 9999.5 { return String(Int(number.rounded())) }
        return number < 999_950 ? fixed(number / 1e3, 1) + "k" : fixed(min(number / 1e6, 1e9), 1) + "M"
    }

    /// With a fixed number of digits after the point.
    static func fixed(_ number: Double, _ digits: Int) -> String {
        guard number.isFinite, abs(number) < 1e12 else { return "\(number)" }
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(number) * Double(scale)).rounded())
        let sign = number < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
