import Datasets
import FileFormats
import Foundation
import Runs

/// What a check of a folder of images has found, as text for a person or as a line of JSON.
struct ImageCheckReport {
    private let folder: String
    private let scan: ImageScan
    private let check: ImageCheck
    /// The classes of a split, or why it has none.
    struct Part {
        let split: DatasetSplit
        let hasSplits: Bool
        let classes: DatasetClasses?
        let note: String?

        init(_ split: DatasetSplit, _ scan: ImageScan) {
            self.split = split
            hasSplits = scan.hasSplits
            classes = scan.classes.map { DatasetClasses($0) }
            note = scan.noteOnClasses
        }

        /// "3 classes: cat 200, dog 199, owl 201"
        fileprivate var line: String? {
            (classes?.summary ?? note).map { $0 + (hasSplits ? " (\(split == .train ? "training" : "held out"))" : "") }
        }
    }

    /// Of the folder as a data set.
    var parts: [Part] = []
    /// The folder that broken images were moved to.
    var target: FilePath?
    /// Which were moved, and where they are now.
    var moves: [(from: FilePath, to: FilePath)] = []

    init(folder: String, _ scan: ImageScan, _ check: ImageCheck) {
        self.folder = folder
        self.scan = scan
        self.check = check
    }

    private var readable: Int { scan.files.count - check.faults.count }

    /// Formats and how many images each has, the most frequent first.
    private var formats: [(name: String, count: Int)] {
        check.formats.map { (name: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    var text: String {
        var report = ReportText()
        let count = scan.files.count
        let images = "\(ReportText.grouped(count)) image\(count == 1 ? "" : "s")"
        report.add(
            line: "\(folder): \(images), "
                + (check.faults.isEmpty
                    ? "all readable"
                    : "\(ReportText.grouped(readable)) readable, \(ReportText.grouped(check.faults.count)) not"))
        if !formats.isEmpty {
            report.add("formats", formats.map { "\($0.name) \(ReportText.grouped($0.count))" }.joined(separator: ", "))
        }
        if let smallest = check.smallest, let largest = check.largest {
            let (small, large) = ("\(smallest.width)×\(smallest.height)", "\(largest.width)×\(largest.height)")
            report.add("sizes", small == large ? small : "from \(small) to \(large)")
        }
        report.add("classes", lines: parts.compactMap(\.line))
        report.add("left out", lines: scan.leftOut)
        guard !check.faults.isEmpty else { return report.text }
        report.add("not readable", check.faults.kindsText)
        for fault in check.faults.named { report.add(line: "    \(fault.path): \(fault.problem)") }
        let more = check.faults.count - check.faults.named.count
        if more > 0 { report.add(line: "    and \(ReportText.grouped(more)) more; --all lists them") }
        if let target {
            report.add("moved", "\(ReportText.grouped(moves.count)) to \(target)")
            let renamed = moves.filter { target.appending($0.from) != $0.to }
            for move in renamed.prefix(10) { report.add(line: "    \(move.from): now \(move.to)") }
        }
        return report.text
    }

    /// One line.
    var json: String {
        struct Broken: Encodable { var path, kind, problem: String }
        struct Moved: Encodable { var from, to: String }
        struct Line: Encodable {
            var folder: String
            var images, readable: Int
            var formats: [String: Int]
            /// Width and height.
            var smallest, largest: [Int]?
            var leftOut: [String]
            /// Of what is trained on.
            var classes: [ReportText.ClassCount]?
            var broken: Int
            var kinds: [String: Int]
            var first: [Broken]
            var moved: [Moved]?
        }
        let line = Line(
            folder: folder, images: scan.files.count, readable: readable, formats: check.formats,
            smallest: check.smallest.map { [$0.width, $0.height] },
            largest: check.largest.map { [$0.width, $0.height] },
            leftOut: scan.leftOut, classes: parts.first { $0.split == .train }?.classes.map(ReportText.counts),
            broken: check.faults.count,
            kinds: Dictionary(uniqueKeysWithValues: check.faults.kinds.map { ($0.kind.singular, $0.count) }),
            first: check.faults.named.map {
                Broken(path: $0.path.description, kind: $0.kind.singular, problem: $0.problem)
            },
            moved: target.map { _ in moves.map { Moved(from: $0.from.description, to: $0.to.description) } })
        return ReportText.json(line)
    }
}
