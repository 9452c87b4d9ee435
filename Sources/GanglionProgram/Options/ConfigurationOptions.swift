import ArgumentParser
import RunConfiguration
import Runs
import UserErrors

/// The flags that make up a configuration: a preset, a file, and what overrides them.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "A preset: what is not said otherwise is taken from it ('\(ProgramName.current) config list').")
    var preset: String?

    @Option(name: .customLong("config"), help: "A YAML file of keys ('\(ProgramName.current) config show' prints all).")
    var file: String?

    @Option(
        help: "glyphs, ring-2d, grid-2d, mnist:DIR, fashion-mnist:DIR, stacked-mnist:DIR, cifar10:DIR or images:DIR.")
    var data: String?

    @Option(
        parsing: .unconditional,
        help: "Sides of the images: 128, or 64x48 for width x height. By default those of the data or the preset.")
    var size: String?

    @Option(parsing: .unconditional, help: "Training steps: updates of the generator.")
    var steps: String?

    @Option(parsing: .unconditional, help: "The seed that everything random follows from.")
    var seed: String?

    @Option(parsing: .unconditional, help: "Worker processes on this machine. By default 1.")
    var workers: String?

    @Option(
        parsing: .unconditional,
        help: "Shards that a worker computes at once. By default auto: one a core, divided among the workers.")
    var threads: String?

    @Option(
        parsing: .unconditional,
        help: "Share of the shards that two workers compute, to be compared bit for bit: 0.1 for a tenth.")
    var verify: String?

    @Option(parsing: .unconditional, help: "Steps between two sample grids; 0 for none.")
    var sampleEvery: String?

    @Option(parsing: .unconditional, help: "Steps between two checkpoints; 0 for the last step alone.")
    var checkpointEvery: String?

    @Option(parsing: .unconditional, help: "Checkpoints that stay; 0 for all.")
    var keep: String?

    @Option(
        parsing: .unconditional,
        help:
            "End the run early: never, when it has 'collapsed', or when it is 'unhealthy' in any way. By default never."
    )
    var stopWhen: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Any key, for instance generator.optimizer.learningRate=1e-4. May be given several times.",
            valueName: "key=value"))
    var assignments: [String] = []

    /// The configuration's overrides, in order of increasing precedence.
    func overrides() throws -> [ConfigurationOverride] {
        let flags: [(flag: String, key: String, value: String?)] = [
            ("--preset", "preset", preset), ("--data", "data.source", data), ("--size", "image.size", size),
            ("--steps", "steps", steps),
            ("--seed", "seed", seed), ("--workers", "cluster.workers", workers),
            ("--threads", "cluster.threads", threads), ("--verify", "cluster.verify", verify),
            ("--sample-every", "output.sampleEvery", sampleEvery),
            ("--checkpoint-every", "output.checkpointEvery", checkpointEvery), ("--keep", "output.keep", keep),
            ("--stop-when", "output.stopWhen", stopWhen),
        ]
        return try assignments.map { try ConfigurationOverride(assignment: $0) }
            + flags.compactMap { flag, key, value in
                value.map { ConfigurationOverride(key: key, value: $0, origin: flag) }
            }
    }

    func request() throws -> ConfigurationRequest {
        ConfigurationRequest(file: file, overrides: try overrides())
    }

    func resolve() throws -> Configuration { try request().resolve() }
}
