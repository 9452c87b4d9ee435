import Adversarial
import UserErrors

/// The command line of Ganglion, for a program of one's own:
///
/// ```swift
/// import GanglionProgram
///
/// CommandLineProgram.main(models: [.mine])
/// ```
///
/// Such a program trains, coordinates, works, samples and evaluates as `ganglion` does. Its models are chosen by their names, with
/// `--preset NAME` or `--set architecture=NAME`; the worker processes of a run are started from the same program.
public enum CommandLineProgram {
    /// Does what the process's arguments ask for, and ends the process.
    ///
    /// - Parameter models: models of the program's own, beside those of the library.
    /// - Precondition: no model has the name of another.
    public static func main(models: [Model] = []) -> Never {
        ProgramName.take(fromPath: CommandLine.arguments.first)
        for model in models { ModelRegistry.register(model) }
        Ganglion.run()
    }
}
