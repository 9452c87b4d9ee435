import Adversarial
import Coordination
import Datasets
import FileFormats
import Foundation
import RunConfiguration
import Runs

/// The samples of a run as its coordinator has them: opened, looked at and, where they are files, listed.
struct RunData {
    let source: any SampleSource
    /// Where the samples are files of a folder: the list that every worker reads from, with what is known of them.
    private let files: KnownFiles?
    /// The list as workers get it.
    let fileList: [UInt8]?
    private let configuration: Configuration
    private let sampler: ShardSampler
    private let first: UInt64
    private let last: UInt64
    /// How much real samples differ (of one class, for conditional networks), in pixels from 0 to 1: `SampleDiversity.variance` of
    /// some of them; nil where too few could be read.
    private(set) var variance: Double?
    /// So many samples tell it: fewer where each is large.
    private static func differing(_ shape: SampleShape) -> Int { max(16, min(128, (1 << 22) / shape.elementCount)) }
    /// What a person should know of the data, a line each.
    private(set) var notices: [String] = []

    /// Opens the data of a new run, or of one that goes on.
    ///
    /// - Parameters:
    ///   - directory: the run that goes on; nil for a new one.
    ///   - before: the fingerprint of the data that the run had, where it is known.
    ///   - batch: the number of the first batch.
    ///   - steps: how many steps are left.
    /// - Throws: `DatasetError` where the data are missing, too few, or broken among what is looked at.
    init(
        _ configuration: Configuration, of directory: RunDirectory?, fingerprint before: String?, batch: UInt64,
        steps: Int
    ) throws {
        self.configuration = configuration
        var source = try TrainingData.open(configuration)
        sampler = try TrainingData.sampler(source, configuration.recipe)
        first = batch
        last = batch + UInt64(max(0, steps) * configuration.recipe.discriminatorSteps)
        guard var images = source as? ImageFolderSource, let scan = images.scan, let folder = images.folderName else {
            self.source = source
            (files, fileList) = (nil, nil)
            notices = [RunData.description(of: source)]
            variance = RunData.variance(of: source, isConditional: configuration.isConditional)
            let now = source.fingerprint
            if let before, before != now.description, before != now.withoutClasses {
                notices.append("warning: the data are others: \(before) then, \(now) now")
            }
            return
        }
        var warnings: [String] = []
        var old: KnownFiles?
        do {
            old = try directory.map(RunData.knownFiles)
        } catch {
            warnings = ["warning: whether the data are what they were cannot be told, and a new list is made: \(error)"]
        }
        if let old { images.numberClasses(as: old.list) }
        var files = KnownFiles(scan, in: folder, list: images.list)
        if let old {
            files.takeOver(old)
            warnings += files.changes(since: old).map { ["warning: \($0)"] } ?? []
        }
        source = images
        self.source = source
        self.files = files
        fileList = files.list.encoded()
        notices = [RunData.description(of: source)] + scan.notes + warnings
        try check(images)
    }

    /// The configuration with the classes of the data, for conditional networks.
    /// - Throws: `RunError` (configuration) where the data have none, or another number of them.
    func withClasses(_ configuration: Configuration) throws -> Configuration {
        guard configuration.isConditional else { return configuration }
        guard let classes = source.classes else {
            let reason = (source as? ImageFolderSource)?.scan?.noteOnClasses
            throw RunError(
                .configuration, at: "data.source",
                "the networks are conditional, and \(source.name) has no classes" + (reason.map { ": \($0)" } ?? ""),
                expected: "labels beside the images, or images in a folder for each class",
                advice: "take other data, or --set conditional=false")
        }
        if let asked = configuration.classes, asked != classes.count {
            throw RunError(
                .configuration, at: "classes", "is not the number of classes of \(source.name)",
                expected: "\(classes.count), or auto", found: "\(asked)", advice: "leave it out")
        }
        return configuration.with(classes: classes.count)
    }

    private static func variance(of source: any SampleSource, isConditional: Bool) -> Double? {
        let count = min(source.count, differing(source.shape))
        var (samples, labels): ([Float], [Int]) = ([], [])
        for place in 0..<count {
            let index = place * (source.count / count)
            guard let sample = try? source.sample(index) else { continue }
            samples += sample
            if isConditional { labels.append(source.label(index) ?? 0) }
        }
        return SampleDiversity.variance(of: samples, size: source.shape.elementCount, labels: labels)
    }

    /// "data: images in photos: 600 samples in 2 classes: cat 301, dog 299; left out: 3 files of other formats (.txt 3)"
    private static func description(of source: any SampleSource) -> String {
        let leftOut = (source as? ImageFolderSource)?.scan?.leftOut ?? []
        return "data: \(source.name): \(source.count) samples" + (source.classes.map { " in \($0.summary)" } ?? "")
            + (leftOut.isEmpty ? "" : "; left out: " + leftOut.joined(separator: "; "))
    }

    /// - Parameter workersAreLocal: they read the same files as this process.
    func ledger(workersAreLocal: Bool, report: @escaping @Sendable (String) -> Void) -> FileLedger? {
        guard let files, let images = source as? ImageFolderSource else { return nil }
        let ledger = FileLedger(
            source: images, files: files, onBroken: configuration.data.images.onBroken, trustsWorkers: workersAreLocal,
            report: report)
        ledger.start(FirstUses(sampler, first: first, last: last))
        return ledger
    }

    // MARK: Before the start

    /// How long images are looked at before a run begins.
    private static let patience = Duration.seconds(5)

    /// Decodes images in the order in which the training comes to them, until five seconds have gone by: of most folders all.
    /// The ledger goes on with it in the background.
    private mutating func check(_ images: ImageFolderSource) throws {
        var faults = ImageFaults()
        var colour: ArraySlice<UInt8>?
        var (seen, isOneColour) = (0, true)
        var (samples, labels): ([Float], [Int]) = ([], [])
        let limit = ContinuousClock.now + RunData.patience
        for file in FirstUses(sampler, first: first, last: last) {
            do {
                let pixels = try images.decode(file)
                let size = images.shape.channelCount
                colour = colour ?? pixels.prefix(size)
                isOneColour = isOneColour && RunData.isAll(pixels, colour ?? [])
                if samples.count < RunData.differing(images.shape) * pixels.count {
                    samples += pixels.map { Float($0) / 255 }
                    if configuration.isConditional { labels.append(images.label(file) ?? 0) }
                }
            } catch let error as DatasetError where error.file?.kind == .broken {
                faults.add(path: images.list.entries[file].path, error: error)
            }
            seen += 1
            if ContinuousClock.now > limit { break }
        }
        variance = SampleDiversity.variance(of: samples, size: images.shape.elementCount, labels: labels)
        if !faults.isEmpty {
            let folder = images.folderName ?? ""
            let text = "\(folder): " + faults.sentence(of: seen)
            guard configuration.data.images.onBroken == .skip, faults.count < seen else {
                throw DatasetError(.data, "\(text); \(ImageFaults.advice(folder: folder))")
            }
            notices.append("warning: \(text); the next readable one stands in for each")
        }
        if isOneColour, seen > 1, faults.count < seen {
            notices.append(
                "warning: all \(seen) images that were looked at are of one colour"
                    + "; transparent images lie on data.ground, which is \(configuration.data.images.ground)")
        }
    }

    private static func isAll(_ pixels: [UInt8], _ colour: ArraySlice<UInt8>) -> Bool {
        let colour = Array(colour)
        guard !colour.isEmpty else { return false }
        return pixels.indices.allSatisfy { pixels[$0] == colour[$0 % colour.count] }
    }

    private static func knownFiles(of directory: RunDirectory) throws -> KnownFiles {
        let text = try InputFile.bytes(of: directory.knownFilesPath, limit: 1 << 31)
        return try KnownFiles(parsing: text, place: directory.knownFilesPath)
    }
}
