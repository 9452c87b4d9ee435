import ArgumentParser
import GanglionTraining
import RunConfiguration
import Runs

/// Which run a command trains: its configuration, its directory, and what it begins with.
struct RunOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .customLong("run"), help: "The run's directory; by default runs/PRESET-SEED.")
    var directory: String?

    @Flag(help: "Go on with the run in the directory, from its newest good checkpoint.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "Begin a new run with what another has trained: its newest good checkpoint, or one that is named.",
            valueName: "run|checkpoint"))
    var from: String?

    /// - Parameter command: the one that this is, for advice.
    /// - Throws: `CleanExit` for a run that is finished.
    func plan(command: RunCommand) throws -> RunPlan {
        do {
            return try RunPlan(
                try configuration.request(), directory: directory, resumes: resume, from: from, command: command)
        } catch let finished as FinishedRun {
            throw CleanExit.message(finished.text)
        }
    }
}
