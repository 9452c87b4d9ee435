/// Which of several names a mistyped one was meant to be.
package enum NearestName {
    /// The candidate with the smallest edit distance, if that is small enough for a likely slip: at most a third of the
    /// name's length, and always a change of case or of `_` and `-`; else the first that the name is the beginning of.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        let folded = fold(name)
        let scored = candidates.map { (candidate: $0, distance: editDistance(folded, fold($0))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(1, folded.count / 3) { return best.candidate }
        return folded.count < 3 ? nil : candidates.first { fold($0).hasPrefix(folded) }
    }

    /// ", did you mean X?" as advice, or nil.
    package static func advice(_ name: String, among candidates: [String]) -> String? {
        of(name, among: candidates).map { "did you mean '\($0)'?" }
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours between two words
    /// (Damerau, "A technique for computer detection and correction of spelling errors", 1964; optimal alignment).
    package static func editDistance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars.prefix(200)), Array(b.unicodeScalars.prefix(200)))
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in 0..<b.count {
                current[j + 1] = min(
                    previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1)
                }
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }

    private static func fold(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" && $0 != "-" }
    }
}
