import ArgumentParser
import FileFormats
import Foundation
import Identity
import RunConfiguration
import Runs
import UserErrors

struct StepBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "Times whole training steps of a preset.",
        discussion: """
            One process on one core, then two worker processes with half the batch each:

              \(ProgramName.current) bench --preset dcgan-28 --batch 128
              \(ProgramName.current) bench --preset dcgan-28 --batch 64 --workers 2 --verbose

            Other sizes and networks:

              \(ProgramName.current) bench --preset dcgan-64 --set image.size=128 --batch 16
              \(ProgramName.current) bench --config my.yaml --set conditional=true --set classes=10

            Prints one JSON line: median and minimum seconds of a step (one update of each network, the losses read
            back), images per second over all workers, and the most memory that a worker held. --batch is that of each
            worker.
            """)

    @Option(help: "The preset ('\(ProgramName.current) config list').")
    var preset: String?

    @Option(name: .customLong("config"), help: "A YAML file of keys ('\(ProgramName.current) config show' prints all).")
    var file: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Any key, for instance image.size=32. May be given several times.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(
        parsing: .unconditional, help: "Real samples of a step, for each worker.",
        transform: NumberArgument.integer(1...1_000_000))
    var batch: Int?

    @Option(
        parsing: .unconditional, help: "Worker processes; 1 is this process alone; by default 1.",
        transform: NumberArgument.integer(1...1024))
    var workers = 1

    @Flag(help: "A process of its own also for a single worker, as in '\(ProgramName.current) train'.")
    var processes = false

    @Option(
        parsing: .unconditional, help: "Shards that a worker computes at once; by default 1.",
        transform: NumberArgument.integer(1...1024))
    var threads = 1

    @Option(
        parsing: .unconditional, help: "Steps that are timed, after five that are not; by default 30.",
        transform: NumberArgument.integer(1...1_000_000))
    var steps = 30

    @Option(
        parsing: .unconditional, help: "Shards of the whole batch; by default one for each worker and thread.",
        transform: NumberArgument.integer(1...65_536))
    var shards: Int?

    @Flag(help: "Say on standard error where the time of a round and of a step's instructions went.")
    var verbose = false

    func run() throws {
        var overrides = try assignments.map { try ConfigurationOverride(assignment: $0) }
        if let preset {
            overrides.append(ConfigurationOverride(key: "preset", value: preset, origin: "--preset"))
        }
        var configuration = try Configuration.resolve(file: file, overrides: overrides)
        let perWorker = batch ?? max(1, configuration.recipe.shards * configuration.recipe.shardBatch / workers)
        let total = perWorker * workers
        // As many batches for batch norm as data-parallel PyTorch has.
        let count = shards ?? workers * threads
        guard total % count == 0, total >= count else {
            throw RunError(
                .usage, at: "--batch", "\(total) samples in all cannot be divided into \(count) equal shards",
                advice: "choose another --batch, or --shards")
        }
        configuration.recipe.shards = count
        configuration.recipe.shardBatch = total / count
        configuration.recipe.steps = 1_000_000_000  // more than will be run: learning rates hardly decay
        do {
            try configuration.validate { $0 == "batch.shards" ? "--shards" : $0 == "batch.shardBatch" ? "--batch" : $0 }
        } catch var error as RunError {
            // All of it came by flags.
            error.category = .usage
            throw error
        }
        let benchmark = StepBenchmark(configuration: configuration, steps: steps)
        let result = try benchmark.run(
            workers: workers, threads: threads, inProcess: workers == 1 && !processes)
        print(
            """
            {"peer": "ganglion \(BuildVersion.number)", "preset": "\(configuration.preset.rawValue)", \
            "batch": \(perWorker), "world": \(workers), "threads": \(threads), "shards": \(count), \
            "median_s": \(rounded(result.median, 6)), "min_s": \(rounded(result.minimum, 6)), \
            "images_per_s": \(rounded(Double(total) / result.median, 1)), \
            "peak_rss_mb": \(rounded(Double(result.peakMemory) / 1e6, 1)), \
            "generator_parameters": \(result.generatorParameters), \
            "discriminator_parameters": \(result.discriminatorParameters)}
            """)
        guard verbose else { return }
        if let rounds = result.rounds { say(StepBenchReport.rounds(rounds)) }
        let profiled = min(steps, 10)
        say(StepBenchReport.instructions(try benchmark.profile(steps: profiled), steps: profiled, shards: count))
    }

    private func say(_ text: String) { StandardError.write(text + "\n") }

    private func rounded(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
