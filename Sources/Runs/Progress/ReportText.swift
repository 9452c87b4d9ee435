import Datasets
import Foundation

/// Lines of names and values, and numbers as a person writes them.
package struct ReportText {
    private var lines: [String] = []

    package init() {}

    /// A name in a column of its own before a value.
    package mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        lines.append("  " + name + String(repeating: " ", count: max(1, 14 - name.count)) + value)
    }

    /// A name before the first of some values, which stand below each other; nothing without values.
    package mutating func add(_ name: String, lines values: [String]) {
        for (place, value) in values.enumerated() { add(place == 0 ? name : "", value) }
    }

    package mutating func add(line: String) { lines.append(line) }

    /// Rows in columns as wide as their longest entry; those of `right` end at one place.
    package mutating func add(table rows: [[String]], right: Set<Int> = []) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            var line = " "
            for (column, entry) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - entry.count)
                line += " " + (right.contains(column) ? padding + entry : entry + padding)
                if column + 1 < row.count { line += " " }
            }
            lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
        }
    }

    package var text: String { lines.joined(separator: "\n") }

    /// 1234567 → "1,234,567"
    package static func grouped(_ number: Int) -> String {
        var digits = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0, place % 3 == 0 { digits.append(",") }
            digits.append(digit)
        }
        return (number < 0 ? "-" : "") + String(digits.reversed())
    }

    /// A class in JSON.
    package struct ClassCount: Encodable {
        var name: String
        var samples: Int
    }

    package static func counts(_ classes: DatasetClasses) -> [ClassCount] {
        zip(classes.names, classes.counts).map { ClassCount(name: $0, samples: $1) }
    }

    /// A line of JSON.
    package static func json(_ line: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: (try? encoder.encode(line)) ?? Data(), as: UTF8.self)
    }

    /// Four significant digits.
    package static func short(_ number: Double) -> String { String(format: "%.4g", number) }

    /// "12.3 MB"
    package static func megabytes(_ bytes: Int) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }

    /// "187 KB"
    package static func kilobytes(_ bytes: Int) -> String { "\((bytes + 500) / 1000) KB" }

    /// The size of a file in bytes; nil if it is not there.
    package static func size(ofFile path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }
}
