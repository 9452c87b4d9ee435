import ArgumentParser
import Datasets
import RunConfiguration
import Runs
import UserErrors

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tells what is in a run, a checkpoint or a data set.",
        discussion: """
            How far a run is and what it has written; what a checkpoint holds; what a data
            set is made of:

              \(ProgramName.current) inspect --run runs/first
              \(ProgramName.current) inspect --checkpoint step-000500.safetensors
              \(ProgramName.current) inspect --data mnist:data/mnist

            The SHA-256 of the whole training state (parameters, Adam's moments, running
            statistics, moving average, counters), which is the same for any number of
            workers:

              \(ProgramName.current) inspect --run runs/first --parameters-sha256
            """)

    @OptionGroup var source: CheckpointOptions

    @Option(
        help: "glyphs, ring-2d, grid-2d, mnist:DIR, fashion-mnist:DIR, stacked-mnist:DIR, cifar10:DIR or images:DIR.")
    var data: String?

    @Flag(name: .customLong("parameters-sha256"), help: "Only the 64 digits of the training state's SHA-256.")
    var parametersSHA256 = false

    func validate() throws {
        try source.expectOne(besides: [("--data SPEC", data != nil)])
        if parametersSHA256, data != nil {
            throw ValidationError("--parameters-sha256 belongs to --run or --checkpoint; a data set has no parameters.")
        }
    }

    func run() throws {
        if parametersSHA256 {
            print(try source.load().checkpoint.parametersSHA256)
        } else if let data {
            let report = DatasetReport(try DatasetSpecification(parsing: data))
            let display = ProgressDisplay()
            defer { display.close() }
            let text = try report.text(display)
            display.close()
            print(text)
        } else if let run = source.run {
            print(try RunReport(run).text)
        } else {
            print(try CheckpointReport(try source.load()).text)
        }
    }
}
