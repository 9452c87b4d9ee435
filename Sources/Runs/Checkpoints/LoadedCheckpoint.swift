import Adversarial
import FileFormats
import Foundation
import RunConfiguration

/// A checkpoint with its place and its configuration.
package struct LoadedCheckpoint {
    package let path: String
    package let checkpoint: Checkpoint
    package let configuration: Configuration

    /// The newest good checkpoint of a run; bad ones that are newer are named on standard error.
    package init(newestOf run: String) throws {
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
    package init(file: String) throws {
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
    package func trainingState() throws -> TrainingState {
        try checkpoint.trainingState(for: configuration, path: path)
    }

    /// "dcgan-28, step 500"
    package var title: String { "\(configuration.preset.rawValue), step \(checkpoint.step)" }
}
