import Adversarial
import ArgumentParser
import FileFormats
import Foundation
import RunConfiguration
import Runs

/// Which trained networks a command takes: those of a run's newest checkpoint, or those of one checkpoint.
struct CheckpointOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A run's directory: its newest good checkpoint is taken.", valueName: "dir"))
    var run: String?

    @Option(
        help: ArgumentHelp("One checkpoint, for instance DIR/checkpoints/step-000500.safetensors.", valueName: "file"))
    var checkpoint: String?

    /// Reads and checks the checkpoint.
    ///
    /// - Throws: `RunError` if there is none or none that is good.
    func load() throws -> LoadedCheckpoint {
        if let run { return try LoadedCheckpoint(newestOf: run) }
        return try LoadedCheckpoint(file: checkpoint ?? "")
    }

    /// The configuration alone, of a run that may have no checkpoint yet.
    func configuration() throws -> Configuration {
        if let run { return try RunDirectory.open(at: run).configuration() }
        return try LoadedCheckpoint(file: checkpoint ?? "").configuration
    }

    /// - Throws: `ValidationError` unless one of the two flags, or of those and `others`, was given.
    func expectOne(besides others: [(flag: String, isGiven: Bool)] = []) throws {
        let flags = [("--run DIR", run != nil), ("--checkpoint FILE", checkpoint != nil)] + others
        let given = flags.filter(\.1).map(\.0)
        let all = flags.map(\.0)
        let choices = all.dropLast().joined(separator: ", ") + " or " + all[all.count - 1]
        guard let first = given.first else { throw ValidationError("Nothing to look at; give \(choices).") }
        guard given.count == 1 else {
            throw ValidationError("\(first) and \(given[1]) cannot be given together; give \(choices).")
        }
    }
}
