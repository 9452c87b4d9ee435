import ArgumentParser
import Coordination
import Datasets
import Runs
import SampleQuality
import UserErrors

struct JudgeTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a judge on a data set with classes.",
        discussion: """
            A few minutes on two cores. Tested on the data's test part or, where there is
            none, on a tenth of the images that is kept from training. The same data and seed
            give the same bits for any number of threads.

              \(ProgramName.current) judge train --data cifar10:data/cifar10

            keeps it where '\(ProgramName.current) evaluate' finds it, in $XDG_CACHE_HOME/ganglion/judges or
            ~/.cache/ganglion/judges; with --out it is written to that file alone.
            """)

    @Option(help: "glyphs, mnist:DIR, fashion-mnist:DIR, cifar10:DIR or images:DIR.")
    var data: String

    @OptionGroup var options: JudgedDataOptions

    @Option(name: .customLong("out"), help: ArgumentHelp("The file to write.", valueName: "path"))
    var output: String?

    @Option(parsing: .unconditional, help: "The seed; by default 0.", transform: NumberArgument.seed)
    var seed: UInt64 = 0

    @Option(
        parsing: .unconditional,
        help: "How often each image is seen; by default so often that it takes minutes: 4 times for MNIST.",
        transform: NumberArgument.integer(1...10_000))
    var epochs: Int?

    @Option(
        parsing: .unconditional, help: "Threads; auto, the default, is one for each core, at most 4.",
        transform: ThreadCount.init(argument:))
    var threads: ThreadCount = .auto

    @Flag(help: "One line of JSON on standard output.")
    var json = false

    func run() throws {
        let (training, heldOut) = try options.open(try DatasetSpecification(parsing: data))
        let cache = try output == nil ? JudgeCache() : nil
        let trainer = JudgeTrainer(seed: seed, epochs: epochs, threads: threads.resolved(for: ProcessorShare.only))
        let display = ProgressDisplay()
        defer { display.close() }
        let judge = try trainer(training, heldOut: heldOut, progress: display.showJudge())
        display.close()
        let path: String
        if let output {
            try judge.write(to: output)
            path = output
        } else if let cache {
            path = try cache.store(judge, for: training)
        } else {
            return
        }
        let report = JudgeReport(judge, place: path)
        print(json ? report.json : report.text)
    }
}

extension ProgressDisplay {
    /// What shows how far a judge is.
    func showJudge() -> (JudgeTrainer.Progress) -> Void {
        let clock = StageClock()
        return { [self] progress in
            update {
                WorkProgress(
                    label: progress.label, done: progress.done, total: progress.total, unit: .items(progress.unit),
                    elapsedSeconds: clock.seconds(of: progress.label))
            }
        }
    }
}

/// Since when the stage of the work goes on.
private final class StageClock {
    private var label = ""
    private var start = ContinuousClock.now

    func seconds(of label: String) -> Double {
        if label != self.label {
            self.label = label
            start = .now
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
