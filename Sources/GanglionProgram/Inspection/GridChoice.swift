import Datasets
import RunConfiguration
import Runs

/// Which samples of a data set a grid shows.
struct GridChoice {
    private(set) var indices: [Int] = []
    /// What the columns of the grid show, from the left; empty where they mean nothing.
    private(set) var columns: [String] = []
    /// Behind the data set's name: ", class cat".
    private(set) var title = ""

    /// - Parameters:
    ///   - wanted: a class by name or number, or "all"; nil for samples of any class, as all points of a plot are.
    ///   - first: the number of the first sample, among those of its class.
    ///   - count: the most samples.
    /// - Throws: `RunError` (usage) where there is no such class or sample.
    init(of source: any SampleSource, class wanted: String?, first: Int, count: Int) throws {
        var isPoints = false
        if case .vector = source.shape { isPoints = true }
        guard let wanted, !(isPoints && wanted == "all") else {
            try GridChoice.check(first, below: source.count)
            indices = Array(first..<first + min(count, source.count - first))
            return
        }
        let (classes, reason) = (source.classes, (source as? ImageFolderSource)?.scan?.noteOnClasses)
        // A class of this name would be shown by its number.
        if wanted == "all", let classes {
            try takeColumns(classes, of: source, first: first, count: count)
            return
        }
        let number = try ClassArgument.number(
            wanted, at: "--class", of: classes, name: source.name, reason: reason)
        let ofClass = (0..<source.count).lazy.filter { source.label($0) == number }
        try GridChoice.check(first, below: classes?.counts[number] ?? 0)
        indices = Array(ofClass.dropFirst(first).prefix(count))
        title = ", class \(classes?.names[number] ?? "")"
    }

    /// Rows with a sample of each class that has enough of them.
    private mutating func takeColumns(
        _ classes: DatasetClasses, of source: any SampleSource, first: Int, count: Int
    ) throws {
        try GridChoice.check(first, below: classes.counts.max() ?? 0)
        let shown = classes.counts.indices.filter { classes.counts[$0] > first }.prefix(count)
        let rows = min(max(1, count / shown.count), shown.map { classes.counts[$0] - first }.min() ?? 0)
        var columns = [Int: [Int]](uniqueKeysWithValues: shown.map { ($0, []) })
        var seen = [Int](repeating: 0, count: classes.count)
        for index in 0..<source.count {
            guard let label = source.label(index) else { continue }
            seen[label] += 1
            guard seen[label] > first, let column = columns[label], column.count < rows else { continue }
            columns[label]?.append(index)
        }
        indices = (0..<rows).flatMap { row in shown.map { columns[$0]![row] } }
        self.columns = shown.map { classes.names[$0] }
        title = ", a column for each class"
    }

    private static func check(_ first: Int, below count: Int) throws {
        guard first < count else {
            throw RunError(
                .usage, at: "--first", "there is no sample with this number",
                expected: count > 0 ? "0 to \(count - 1)" : "a class with samples", found: "\(first)")
        }
    }
}
