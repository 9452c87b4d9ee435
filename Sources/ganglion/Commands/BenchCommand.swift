import ArgumentParser
import Foundation
import Runs

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Times whole training steps of a preset.",
        discussion: """
            One process on one core, then two worker processes with half the batch each:

              ganglion bench --preset dcgan-28 --batch 128
              ganglion bench --preset dcgan-28 --batch 64 --workers 2 --verbose

            Prints one JSON line: median and minimum seconds of a step (one update of each network, the losses read
            back), and images per second over all workers. --batch is that of each worker. 'scripts/bench' compares
            with PyTorch in turn.
            """)

    @Option(help: "The preset ('ganglion config list').")
    var preset = "dcgan-28"

    @Option(help: "Real samples of a step, for each worker.")
    var batch: Int?

    @Option(help: "Worker processes; 1 is this process alone.")
    var workers = 1

    @Option(help: "Shards that a worker computes at once.")
    var threads = 1

    @Option(help: "Steps that are timed, after five that are not.")
    var steps = 30

    @Option(help: "Shards of the whole batch; by default the preset's, or one for each worker and thread.")
    var shards: Int?

    @Flag(help: "Say on standard error where the time of a round went and how many bytes it moved.")
    var verbose = false

    func validate() throws {
        for (flag, value, range) in [
            ("--workers", workers, 1...1024), ("--threads", threads, 1...1024), ("--steps", steps, 1...1_000_000),
            ("--batch", batch ?? 1, 1...1_000_000), ("--shards", shards ?? 1, 1...65_536),
        ] where !range.contains(value) {
            throw ValidationError("\(flag): expected \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
    }

    func run() throws {
        var configuration = try Configuration.resolve(overrides: [
            ConfigurationOverride(key: "preset", value: preset, origin: "--preset")
        ])
        let perWorker = batch ?? configuration.recipe.shards * configuration.recipe.shardBatch / workers
        let total = perWorker * workers
        let count = shards ?? max(configuration.recipe.shards, workers * threads)
        guard total % count == 0, total >= count else {
            throw RunError(
                .usage, at: "--batch", "\(total) samples in all cannot be divided into \(count) equal shards",
                advice: "choose another --batch, or --shards")
        }
        configuration = try Configuration.resolve(overrides: [
            ConfigurationOverride(key: "preset", value: preset, origin: "--preset"),
            ConfigurationOverride(key: "batch.shards", value: "\(count)", origin: "--shards"),
            ConfigurationOverride(key: "batch.shardBatch", value: "\(total / count)", origin: "--batch"),
            // More than will be run: learning rates hardly decay.
            ConfigurationOverride(key: "steps", value: "1000000000", origin: "bench"),
        ])
        let result = try StepBenchmark(configuration: configuration, steps: steps)
            .run(workers: workers, threads: threads)
        print(
            """
            {"peer": "ganglion \(BuildVersion.text)", "preset": "\(configuration.preset.rawValue)", \
            "batch": \(perWorker), "world": \(workers), "threads": \(threads), "shards": \(count), \
            "median_s": \(rounded(result.median, 6)), "min_s": \(rounded(result.minimum, 6)), \
            "images_per_s": \(rounded(Double(total) / result.median, 1)), \
            "generator_parameters": \(result.generatorParameters), \
            "discriminator_parameters": \(result.discriminatorParameters)}
            """)
        if verbose { explain(result) }
    }

    private func explain(_ result: StepBenchmark.Result) {
        guard let rounds = result.rounds, rounds.rounds > 0 else { return }
        func perRound(_ nanoseconds: some BinaryInteger) -> String {
            "\(Int(Double(nanoseconds) / 1e3 / Double(rounds.rounds))) µs"
        }
        func bytes(_ count: some BinaryInteger) -> String { "\(UInt64(count) / rounds.rounds) bytes" }
        let lines = [
            "each of \(rounds.rounds) rounds: \(perRound(rounds.running)) in all",
            "  waiting for workers      \(perRound(rounds.waiting))",
            "  adding contributions     \(perRound(rounds.reducing))",
            "  Adam and what follows    \(perRound(rounds.completing))",
            "  parameters published     \(bytes(rounds.bytesPublished))",
            "  received                 \(bytes(rounds.bytesReceived))",
        ]
        FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    private func rounded(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
