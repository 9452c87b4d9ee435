import Datasets
import FileFormats
import RunConfiguration
import Runs
import SampleQuality
import UserErrors

/// A data set in words.
struct DatasetReport {
    /// The most samples that are looked at: every sample of the well-known sets, some of a large folder of images, each of
    /// which has to be decoded.
    private static let limit = 60_000
    private static let folderLimit = 1_000
    private let specification: DatasetSpecification

    init(_ specification: DatasetSpecification) {
        self.specification = specification
    }

    /// - Throws: `DatasetError` if the data set is missing or broken.
    func text(_ display: ProgressDisplay) throws -> String {
        let training = try specification.openUnadapted(seed: 0)
        // A set may have been fetched in part.
        let heldOut = try? specification.openUnadapted(seed: 0, split: .test)
        var report = ReportText()
        report.add(line: "\(specification): \(training.name)")
        report.add("training", "\(ReportText.grouped(training.count)) samples, \(training.shape)")
        let scan = (training as? ImageFolderSource)?.scan
        report.add(
            "held out", heldOut.map { "\(ReportText.grouped($0.count)) samples, \($0.name)" } ?? "none to be found")
        if case .images = specification {
            report.add("shown as", "resized to \(training.shape), as dcgan-64 takes them")
        }
        report.add("note", lines: scan?.notes ?? [])
        report.add("left out", lines: scan?.leftOut ?? [])
        let summary = try summarize(training, display)
        if !summary.faults.isEmpty {
            report.add("not readable", summary.faults.sentence(of: summary.count + summary.faults.count))
            if let folder = specification.folder {
                report.add("", "see all of them with: \(ProgramName.current) data check \(ShellWord.quoted(folder))")
            }
        }
        let isPlane = training.shape == .vector(2)
        let part = summary.count < training.count ? "of \(ReportText.grouped(summary.count)) samples, " : ""
        report.add(
            isPlane ? "coordinates" : "pixels",
            summary.count == 0
                ? nil
                : part
                    + "mean \(ReportText.short(summary.mean)), standard deviation \(ReportText.short(summary.deviation)), "
                    + "from \(ReportText.short(summary.least)) to \(ReportText.short(summary.greatest))")
        if let mixture = training as? MixtureSource {
            report.add(
                "modes", "\(mixture.modes.count), standard deviation \(ReportText.short(Double(mixture.deviation)))")
        }
        report.add("fingerprint", Self.fingerprint(of: training))
        Self.add(training.classes, to: &report)
        return report.text
    }

    /// Of a folder, over the contents of what was read too: files of the same names and sizes may differ.
    private static func fingerprint(of source: any SampleSource) -> String {
        guard let images = source as? ImageFolderSource else { return source.fingerprint.content }
        var hash = SHA256()
        hash.update(images.list.digest)
        let contents = (0..<images.count).compactMap { images.knownContent(of: $0) }
        for content in contents { content.bytes.withUnsafeBytes { hash.update($0) } }
        let part = contents.count < images.count ? " (contents of \(ReportText.grouped(contents.count)) files)" : ""
        return hash.hexadecimal + part
    }

    private struct Summary {
        var count = 0
        var mean = 0.0
        var deviation = 0.0
        var least = Double.infinity
        var greatest = -Double.infinity
        /// Images that cannot be read, which the other numbers leave out.
        var faults = ImageFaults()
    }

    private func summarize(_ source: any SampleSource, _ display: ProgressDisplay) throws -> Summary {
        var limit = Self.limit
        if case .images = specification { limit = Self.folderLimit }
        let samples = EvenSamples(of: source, count: limit)
        var (sum, squares) = (0.0, 0.0)
        var summary = Summary()
        let scan = (source as? ImageFolderSource)?.scan
        let start = ContinuousClock.now
        for place in 0..<samples.count {
            let sample: [Float]
            do {
                sample = try source.sample(samples.index(place))
            } catch let error as DatasetError {
                guard let scan else { throw error }
                summary.faults.add(path: scan.files[samples.index(place)].path, error: error)
                continue
            }
            summary.count += 1
            for value in sample {
                let value = Double(value)
                sum += value
                squares += value * value
                if value < summary.least { summary.least = value }
                if value > summary.greatest { summary.greatest = value }
            }
            guard place % 256 == 255 || limit == Self.folderLimit else { continue }
            let now = ContinuousClock.now
            guard now - start > .seconds(1) else { continue }
            display.update(at: now) {
                WorkProgress(
                    label: "reading", done: place + 1, total: samples.count, unit: .items("samples"),
                    elapsedSeconds: (now - start) / .seconds(1))
            }
        }
        // Without a single readable image there is nothing to summarize.
        guard summary.count > 0 else { return summary }
        let number = Double(summary.count * source.shape.elementCount)
        summary.mean = sum / number
        summary.deviation = max(0, squares / number - summary.mean * summary.mean).squareRoot()
        return summary
    }

    /// A histogram of the classes.
    private static func add(_ classes: DatasetClasses?, to report: inout ReportText) {
        guard let classes else { return }
        let largest = max(1, classes.counts.max() ?? 1)
        report.add("classes", "\(classes.count)")
        report.add(
            table: zip(classes.names, classes.counts).map { name, count in
                [
                    "            ", name, ReportText.grouped(count),
                    String(repeating: "▆", count: count == 0 ? 0 : max(1, count * 40 / largest)),
                ]
            }, right: classes.names.allSatisfy { Int($0) != nil } ? [1, 2] : [2])
    }
}
