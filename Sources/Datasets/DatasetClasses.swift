import FileFormats
import Foundation
import TensorCore

/// The classes of a data set: their names in the order of their numbers, and how many samples each has.
package struct DatasetClasses: Hashable, Sendable {
    package let names: [String]
    /// Samples of each class; 0 is possible.
    package let counts: [Int]

    /// - Precondition: as many names as counts.
    package init(names: [String], counts: [Int]) {
        precondition(names.count == counts.count, "a class has a name and a count")
        self.names = names
        self.counts = counts
    }

    /// Counts the labels of all samples. A label beyond the names has its number for a name.
    package init(names: [String], labels: some Sequence<Int>) {
        var counts = [Int](repeating: 0, count: names.count)
        for label in labels {
            if label >= counts.count { counts += Array(repeating: 0, count: label + 1 - counts.count) }
            counts[label] += 1
        }
        self.init(names: names + (names.count..<counts.count).map(String.init), counts: counts)
    }

    /// Those of a list of files.
    package init(_ classes: FileClasses) {
        self.init(names: classes.names.map(\.description), labels: classes.labels)
    }

    package var count: Int { names.count }

    /// For labels that are as frequent as the data's.
    package var shares: ClassShares { ClassShares(counts: counts) }

    /// The numbers of the classes that `text` means: those of that name, else the class of that number.
    package func numbers(of text: String) -> [Int] {
        let named = names.indices.filter { names[$0] == text }
        guard named.isEmpty else { return named }
        return Int(text).flatMap { names.indices.contains($0) ? [$0] : nil } ?? []
    }

    /// "3 classes: cat 200, dog 199, owl 201"; without the names "10 classes of 5421 to 6742 samples", where there are many or
    /// they are numbers themselves.
    package var summary: String {
        let title = count == 1 ? "1 class" : "\(count) classes"
        if count <= 8, names.contains(where: { !$0.allSatisfy(\.isNumber) }) {
            return "\(title): " + zip(names, counts).map { "\($0) \($1)" }.joined(separator: ", ")
        }
        let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
        return least == most ? "\(title) of \(most) samples each" : "\(title) of \(least) to \(most) samples"
    }
}

extension DatasetClasses: Codable {
    /// As a checkpoint keeps them: `{"counts":[5923,6742],"names":["0","1"]}`.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers can always be written.
        return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
    }

    /// nil for what is no such text.
    package init?(json: String) {
        guard let classes = try? JSONDecoder().decode(DatasetClasses.self, from: Data(json.utf8)),
            classes.names.count == classes.counts.count, classes.counts.allSatisfy({ 0...1 << 40 ~= $0 }),
            classes.counts.contains(where: { $0 > 0 })
        else { return nil }
        self = classes
    }
}

/// What tells the classes of two data sets apart.
package struct ClassFingerprint: Hashable, Sendable, CustomStringConvertible {
    package let count: Int
    /// A SHA-256 in hexadecimal over the names and, where the content of the samples does not fix them, the labels.
    package let content: String

    package init(names: [String], labels: [Int] = []) {
        var hash = SHA256()
        for name in names { hash.update("\(name.utf8.count) \(name)\n") }
        let words = labels.map { UInt32($0).littleEndian }
        words.withUnsafeBytes { hash.update($0) }
        count = names.count
        content = hash.hexadecimal
    }

    package var description: String { "\(count) classes \(content.prefix(16))" }
}
