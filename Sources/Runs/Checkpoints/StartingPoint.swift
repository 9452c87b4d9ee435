import Adversarial
import FileFormats
import Foundation
import RunConfiguration
import UserErrors

/// The checkpoint of another run that a new run begins with: its parameters, Adam's moments, running statistics, moving
/// average and counts of updates.
package struct StartingPoint: Sendable {
    /// The checkpoint's file, absolute.
    package let path: String
    /// Of the file.
    package let sha256: String
    package let checkpoint: Checkpoint
    /// That of the checkpoint's run.
    package let configuration: Configuration
    /// What was wrong with newer checkpoints of the run, each of which it names.
    package let rejected: [RunError]

    /// - Parameters:
    ///   - source: a run's directory, of which the newest good checkpoint is taken, or a checkpoint's file.
    ///   - expected: the SHA-256 that the file must have; nil for any.
    ///   - place: how errors call what named the source: a flag, a key.
    /// - Throws: `RunError` if there is no such checkpoint, it is broken, or its SHA-256 is another.
    package init(_ source: String, sha256 expected: String? = nil, place: String = "--from") throws {
        guard !source.isEmpty, let kind = try RunError.rethrowing({ try PathKind.at(source) }) else {
            throw RunError(
                .missing, at: place, "there is no \(source.inQuotes)",
                expected: "a run's directory or a checkpoint's file",
                advice: expected == nil
                    ? nil : "put the checkpoint with SHA-256 \(expected ?? "") there, or name its place with --from")
        }
        var rejected: [RunError] = []
        let file = kind == .folder ? try Self.newest(of: source, place: place) { rejected.append($0) } : source
        self.rejected = rejected
        path = Configuration.absolutePath(file)
        // Read once, so that the checksum is that of what is used.
        let bytes = try RunError.rethrowing {
            try InputFile.bytes(of: file, limit: Int(clamping: ProcessInfo.processInfo.physicalMemory))
        }
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        sha256 = hash.hexadecimal
        checkpoint = try Checkpoint(
            try RunError.rethrowing { try SafetensorsFile(bytes: bytes, path: file) }, path: file)
        guard expected == nil || expected == sha256 else {
            throw RunError(
                .data, at: file, "is another checkpoint than start.sha256 asks for", expected: expected, found: sha256,
                advice: "put the right one there, or begin with this one by --from \(ShellWord.quoted(file))")
        }
        configuration = try Configuration(yaml: checkpoint.configuration, file: "\(file): configuration")
    }

    /// The newest good checkpoint of a run, which may have lost its config.yaml.
    private static func newest(of folder: String, place: String, bad: (RunError) -> Void) throws -> String {
        let parent = AtomicFile.split(Configuration.absolutePath(folder))
        // DIR/checkpoints stands for DIR.
        let isInside = parent.name == "checkpoints" && !FileManager.default.fileExists(atPath: "\(folder)/checkpoints")
        let directory = RunDirectory(reading: isInside ? parent.folder : folder)
        guard try RunError.rethrowing({ try PathKind.at(directory.checkpointsPath) }) != nil else {
            throw RunError(
                .missing, at: place, "\(folder.inQuotes) is no run directory",
                expected: "a folder with checkpoints/, or a checkpoint's file",
                advice: "give the folder that '\(ProgramName.current) train --run' made")
        }
        guard let newest = try directory.newestGoodCheckpoint(bad: bad) else {
            throw RunError(
                .missing, at: place, "the run \(folder.inQuotes) has no checkpoint yet",
                advice: "wait for its first, or start without --from")
        }
        return newest.file.path
    }

    /// What the configuration of a run that begins here says of it.
    package var settings: Configuration.StartSettings {
        Configuration.StartSettings(checkpoint: path, sha256: sha256)
    }

    /// One line for the log.
    package var sentence: String {
        "starting from \(path) (\(configuration.preset.rawValue) after step \(checkpoint.step), SHA-256 \(sha256))"
    }

    /// - Throws: `RunError` (configuration) naming the first tensor of the networks that differs.
    package func expectTensors(of configuration: Configuration, place: String = "--from") throws {
        guard let mismatch = configuration.recipe.firstMismatch(with: checkpoint.tensors) else { return }
        let problem =
            switch (mismatch.shape, mismatch.expected) {
            case (let shape?, let expected?):
                "has shape \(shape) in \(path) and \(expected) in this configuration"
            case (nil, let expected?): "is not in \(path) and has shape \(expected) in this configuration"
            case (let shape, nil): "has shape \(shape ?? []) in \(path) and is not in this configuration"
            }
        let sized = ["architecture", "generator.width", "discriminator.width", "generator.latentSize"]
        let differing = self.configuration.keys(differingFrom: configuration).filter { sized.contains($0.path) }
        let values = differing.map { "\($0.path)=\($0.value(in: self.configuration))" }
        throw RunError(
            .configuration, at: place, "tensor '\(mismatch.name)' \(problem)",
            advice: values.isEmpty ? nil : "the checkpoint was made with \(values.joined(separator: ", "))")
    }

    /// The state of a new run with this configuration: its own step is 0.
    /// - Throws: `RunError` if the tensors are not those of the configuration's networks, or the checkpoint is broken.
    package func trainingState(for configuration: Configuration) throws -> TrainingState {
        try expectTensors(of: configuration)
        let counters = try checkpoint.trainingCounters(for: self.configuration, path: path)
        return try Checkpoint.rethrowing(path) {
            try TrainingState(recipe: configuration.recipe, tensors: checkpoint.tensors, startingAfter: counters)
        }
    }
}
