import ArgumentParser
import Datasets
import FileFormats
import Foundation
import RunConfiguration
import Runs
import UserErrors

struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decodes every image of a folder, and names those that cannot be read.",
        discussion: """
            Before a long run, or when a run has named a broken image:

              \(ProgramName.current) data check photos
              \(ProgramName.current) data check photos --all

            Take the broken images out, with their subfolders; nothing is overwritten:

              \(ProgramName.current) data check photos --move-broken-to broken

            The exit code is 0 when every image that is left in the folder can be read, and
            65 when one cannot.
            """)

    @Argument(
        help: ArgumentHelp(
            "A folder of images, also as images:DIR; of another data set (mnist:DIR) the files are checked.",
            valueName: "dir"))
    var data: String

    @Flag(help: "List every image that cannot be read, and not only the first ten.")
    var all = false

    @Option(
        name: .customLong("move-broken-to"),
        help: ArgumentHelp("Move the images whose content is broken into this folder.", valueName: "dir"))
    var target: String?

    @Flag(help: "Print JSON, in one line.")
    var json = false

    func run() throws {
        guard let folder = try imageFolder() else { return try checkOther() }
        let path = try HomePath.expanding(folder)
        try Self.checkFolder(path)
        let scan = try ImageScan(folder: path, split: nil)
        let target = try target.map { try checkTarget($0, scan) }
        let display = ProgressDisplay()
        let start = ContinuousClock.now
        let check = ImageCheck(scan, named: all ? .max : 10) { done in
            let now = ContinuousClock.now
            guard now - start > .seconds(1) else { return }
            display.update(at: now) {
                WorkProgress(
                    label: "checking", done: done, total: scan.files.count, unit: .items("images"),
                    elapsedSeconds: (now - start) / .seconds(1))
            }
        }
        display.close()
        var report = ImageCheckReport(folder: folder, scan, check)
        report.parts = Self.parts(of: path)
        // Also when moving breaks off: some are elsewhere by then.
        defer { print(json ? report.json : report.text) }
        var remaining = check.faults
        if let target { remaining = try move(remaining, scan, to: target, &report) }
        guard !remaining.isEmpty else { return }
        let sentence = "\(folder): " + remaining.sentence(of: scan.files.count - report.moves.count)
        // Only what is broken can be moved; the system does not let the others be read.
        let isBroken = remaining.kinds.contains { $0.kind.isContent }
        let advice = isBroken ? ImageFaults.advice(folder: folder) : "check the owner and the mode of these files"
        throw DatasetError(.data, "\(sentence); \(advice)")
    }

    /// The folder where a folder of images is meant: all but the name of another data set.
    ///
    /// - Throws: `DatasetError` for the name of a data set without its folder.
    private func imageFolder() throws -> String? {
        let isThere = FileManager.default.fileExists(atPath: try HomePath.expanding(data))
        let kind = data.prefix { $0 != ":" }
        let isNamed = DatasetSpecification.forms.contains { $0.prefix { $0 != ":" } == kind }
        guard isNamed, !isThere else { return data }
        guard case .images(let folder) = try DatasetSpecification(parsing: data) else { return nil }
        return folder
    }

    /// What is trained on and, where it lies apart, what is held out.
    private static func parts(of path: String) -> [ImageCheckReport.Part] {
        DatasetSplit.allCases.compactMap { split in
            guard let scan = try? ImageScan(folder: path, split: split), split == .train || scan.hasSplits else {
                return nil
            }
            return ImageCheckReport.Part(split, scan)
        }
    }

    private static func checkFolder(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            var error = RunError(FileFormatError.system("open", file: path, code: errno))
            if path.unicodeScalars.contains("\u{FFFD}") {
                error.advice = "a name that is not UTF-8 cannot be given; go into the folder and give '.', or rename it"
            }
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw RunError(.missing, at: path, "it is a file", expected: "the folder that holds the images")
        }
    }

    /// Another data set than a folder of images: its files are checked as it is opened.
    private func checkOther() throws {
        let specification = try DatasetSpecification(parsing: data)
        guard target == nil else {
            throw RunError(
                .usage, at: "--move-broken-to", "\(specification) is no folder of images", expected: "images:DIR")
        }
        for split in DatasetSplit.allCases {
            let source = try specification.openUnadapted(seed: 0, split: split)
            let classes = source.classes
            if json {
                struct Line: Encodable {
                    var data, split: String
                    var samples: Int
                    var classes: [ReportText.ClassCount]?
                }
                print(
                    ReportText.json(
                        Line(
                            data: "\(specification)", split: split.rawValue, samples: source.count,
                            classes: classes.map(ReportText.counts))))
            } else {
                print(
                    "\(source.name): \(ReportText.grouped(source.count)) samples"
                        + (classes.map { " in \($0.summary)" } ?? "") + ", \(source.shape), all readable")
            }
        }
    }

    // MARK: Moving

    /// - Throws: `RunError` when broken images in the folder `target` would be data again, or it is a file.
    private func checkTarget(_ target: String, _ scan: ImageScan) throws -> FilePath {
        let path = FilePath(target)
        var status = stat()
        if path.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT != S_IFDIR {
            throw RunError(.cannotCreate, at: "--move-broken-to \(target)", "it is a file", expected: "a folder")
        }
        guard !scan.wouldFind(path) else {
            throw RunError(
                .usage, at: "--move-broken-to \(target)",
                "it lies in the data, so that the broken images would be data again",
                expected: "a folder outside of it, or one whose name begins with a dot",
                advice: "for instance --move-broken-to .broken")
        }
        return path
    }

    /// Moves the images with broken content.
    ///
    /// - Returns: the faults that remain: images that the system does not let us read may be good.
    private func move(
        _ faults: ImageFaults, _ scan: ImageScan, to target: FilePath, _ report: inout ImageCheckReport
    ) throws -> ImageFaults {
        report.target = target
        for fault in faults.all where fault.kind.isContent {
            let source = scan.folder.appending(fault.path)
            report.moves.append((fault.path, try FileMove.move(source, to: target.appending(fault.path))))
        }
        return faults.filter { !$0.isContent }
    }
}
