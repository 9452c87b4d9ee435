import Foundation

/// A file's name without what browsers, desktops and compressors add to it.
struct DownloadName {
    /// In lower case, without marks of copies and `.gz`.
    let base: String
    /// What tells copies apart: " (1)" of "x (1).gz"; empty where there is none.
    let mark: String
    let isCompressed: Bool

    /// "x.gz (1)", "x - Copy (2).gz", "Copy of x", "x copy 2", "x 2", "x.gz.1" are all `x`.
    init(_ name: String) {
        var rest = Substring(name.lowercased())
        var marks: [Substring] = []
        var isCompressed = false
        for beginning in ["copy of ", "kopie von "] where rest.hasPrefix(beginning) {
            marks.append(rest.prefix(beginning.count))
            rest = rest.dropFirst(beginning.count)
        }
        while true {
            if rest.hasSuffix(".gz") || rest.hasSuffix(".gzip") {
                isCompressed = true
                rest = rest[..<(rest.lastIndex(of: ".") ?? rest.endIndex)]
            } else if let found = rest.firstMatch(
                of: /(?: ?\(\d{1,3}\)|[ _.-]+(?:copy|kopie|copie|copia)(?: \d+)?|[ .-]\d{1,3})$/),
                found.range.lowerBound > rest.startIndex
            {
                marks.append(rest[found.range])
                rest = rest[..<found.range.lowerBound]
            } else {
                break
            }
        }
        base = String(rest)
        mark = marks.joined()
        self.isCompressed = isCompressed
    }
}
