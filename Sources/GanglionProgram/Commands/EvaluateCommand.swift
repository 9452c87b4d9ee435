import ArgumentParser
import Datasets
import RunConfiguration
import Runs
import SampleQuality
import UserErrors

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a run or a checkpoint on data that were kept from training.",
        discussion: """
            Both losses, V(D,G), D(x), D(G(z)) and a Fréchet distance of a run's newest
            checkpoint:

              \(ProgramName.current) evaluate --run runs/first

            One checkpoint against data that lie elsewhere now, as a line of JSON:

              \(ProgramName.current) evaluate --checkpoint FILE --data mnist:data/mnist --json

            For ring-2d and grid-2d: modes covered and the share of samples of high
            quality, by the protocol of the PacGAN paper (2,500 samples; of high quality
            within 3σ of a mode; one such sample covers a mode).

            The Fréchet distance is taken between held-out and generated pixels in the
            space of 64 principal components of the training pixels. Compare figures of
            the same --count only: fewer than 2,000 images make it larger, and with fewer
            than 65 it is left out.
            """)

    @OptionGroup var source: CheckpointOptions

    @Option(help: "The data, where they are not those of the configuration: glyphs, mnist:DIR, ...")
    var data: String?

    @Option(
        parsing: .unconditional,
        help: "Held-out and generated samples, each; by default 10000 or all that are held out.",
        transform: NumberArgument.integer(1...1_000_000))
    var count: Int?

    @Option(parsing: .unconditional, help: "The seed of the latents; by default 0.", transform: NumberArgument.seed)
    var seed: UInt64 = 0

    @Flag(help: "The generator's parameters themselves instead of their moving average.")
    var raw = false

    @Flag(help: "One line of JSON on standard output.")
    var json = false

    func validate() throws {
        try source.expectOne()
    }

    func run() throws {
        let specification = try data.map { try DatasetSpecification(parsing: $0) }
        let evaluation = try Evaluation(
            try source.load(), data: specification, count: count, seed: seed, averaged: !raw)
        let display = ProgressDisplay()
        defer { display.close() }
        let report = try evaluation.run(display)
        display.close()
        print(json ? try report.json() : report.text)
    }
}
