import ArgumentParser
import Datasets
import Foundation
import RunConfiguration
import Runs
import UserErrors

struct DataFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetches mnist, fashion-mnist or cifar10 from their mirrors.",
        discussion: """
            MNIST into data/mnist, or into a folder of your choice:

              \(ProgramName.current) data fetch mnist
              \(ProgramName.current) data fetch mnist --out mnist

            Checksums are verified. A download that was interrupted goes on from where it
            was: give the command again.
            """)

    @Argument(help: "mnist, fashion-mnist or cifar10.")
    var dataset: String

    @Option(
        name: .customLong("out"),
        help: ArgumentHelp("The folder that the files go to; by default data/NAME.", valueName: "dir"))
    var folder: String?

    func validate() throws {
        guard DownloadableDataset(rawValue: dataset) == nil else { return }
        let names = DownloadableDataset.allCases.map(\.rawValue)
        let nearest = NearestName.advice(dataset, among: names).map { "; \($0)" } ?? "."
        throw ValidationError(
            "There is no data set '\(dataset)' to fetch; expected \(names.dropLast().joined(separator: ", ")) or "
                + "\(names[names.count - 1])\(nearest)")
    }

    func run() throws {
        guard let dataset = DownloadableDataset(rawValue: dataset) else { return }
        let folder = folder ?? "data/\(dataset.rawValue)"
        let display = ProgressDisplay()
        defer { display.close() }
        var stage: (file: String, stage: DownloadProgress.Stage, start: ContinuousClock.Instant, bytes: Int)?
        try DatasetDownload(dataset, folder: folder).run { progress in
            let now = ContinuousClock.now
            if stage?.file != progress.file || stage?.stage != progress.stage {
                stage = (progress.file, progress.stage, now, progress.bytes)
            }
            switch progress.stage {
            case .present: display.message("\(progress.file): already there, checksum right")
            case .done: display.message("\(progress.file): done, checksum right")
            case .downloading, .verifying, .unpacking:
                let begin = stage!
                let word =
                    progress.stage == .downloading ? "" : progress.stage == .verifying ? "verifying " : "unpacking "
                display.update(at: now) {
                    WorkProgress(
                        label: word + progress.file, done: progress.bytes, total: progress.totalBytes, unit: .bytes,
                        elapsedSeconds: (now - begin.start) / .seconds(1))
                }
            }
        }
        display.close()
        let preset = dataset == .cifar10 ? "dcgan-64" : "dcgan-28"
        print("\(dataset.title) is in \(folder). Train on it, or look at it:")
        print(
            "  \(ProgramName.current) train --preset \(preset) --data \(dataset.rawValue):\(folder) --run runs/\(dataset.rawValue)"
        )
        print("  \(ProgramName.current) data grid --data \(dataset.rawValue):\(folder) --out \(dataset.rawValue).png")
    }
}

extension DownloadableDataset {
    /// As people write it.
    fileprivate var title: String {
        switch self {
        case .mnist: "MNIST"
        case .fashionMNIST: "Fashion-MNIST"
        case .cifar10: "CIFAR-10"
        }
    }
}
