import Adversarial
import ArgumentParser
import FileFormats
import Foundation
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

/// A checkpoint with its place and its configuration.
struct LoadedCheckpoint {
    let path: String
    let checkpoint: Checkpoint
    let configuration: Configuration

    /// The newest good checkpoint of a run; bad ones that are newer are named on standard error.
    init(newestOf run: String) throws {
        let directory = try RunDirectory.open(at: run)
        configuration = try directory.configuration()
        let found = try directory.newestGoodCheckpoint { error in
            StandardError.write(RunError.warningLine(error.description))
        }
        guard let found else {
            let (every, steps) = (configuration.output.checkpointEvery, configuration.recipe.steps)
            throw RunError(
                .missing, at: run, "has no checkpoint yet",
                advice: "the first is written after step \(every == 0 ? steps : min(every, steps))")
        }
        (path, checkpoint) = (found.file.path, found.checkpoint)
    }

    /// A checkpoint alone: it holds its configuration.
    init(file: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
            throw RunError(
                .usage, at: "--checkpoint", "\(file) is a folder", expected: "a checkpoint's file",
                advice: "give a run's directory with --run")
        }
        path = file
        checkpoint = try Checkpoint(contentsOf: file)
        configuration = try Configuration(yaml: checkpoint.configuration, file: "\(file): configuration")
    }

    /// The networks with all their state.
    func trainingState() throws -> TrainingState {
        try checkpoint.trainingState(for: configuration, path: path)
    }

    /// "dcgan-28, step 500"
    var title: String { "\(configuration.preset.rawValue), step \(checkpoint.step)" }
}

extension RunError {
    /// `ganglion: warning: <sentence>`, with its end of line.
    static func warningLine(_ sentence: String) -> String {
        line(sentence).replacingOccurrences(of: "ganglion: error: ", with: "ganglion: warning: ") + "\n"
    }
}
