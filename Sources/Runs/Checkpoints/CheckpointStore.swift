import FileFormats
import Foundation
import RunConfiguration

extension RunDirectory {
    /// A checkpoint's file.
    package struct CheckpointFile: Sendable, Hashable {
        package var step: UInt64
        package var path: String
    }

    /// All checkpoints, oldest first. Their content is not looked at.
    package func checkpoints() throws -> [CheckpointFile] {
        guard FileManager.default.fileExists(atPath: checkpointsPath) else { return [] }
        return try Self.listing(checkpointsPath).compactMap { name in
            Self.step(ofFile: name, extension: "safetensors").map {
                CheckpointFile(step: $0, path: "\(checkpointsPath)/\(name)")
            }
        }.sorted { $0.step < $1.step }
    }

    /// The newest checkpoint that can be read and whose checksum is right.
    ///
    /// - Parameter bad: called with the error of each newer one, which names it.
    /// - Returns: nil if the run has no checkpoint yet.
    /// - Throws: `RunError` if there are checkpoints and all are bad, or one may not be read: it is not known to be bad.
    package func newestGoodCheckpoint(bad: (RunError) -> Void) throws -> (file: CheckpointFile, checkpoint: Checkpoint)?
    {
        var last: RunError?
        for file in try checkpoints().reversed() {
            do {
                let checkpoint = try Checkpoint(contentsOf: file.path)
                guard checkpoint.step == file.step else {
                    throw RunError(
                        .data, at: file.path, "holds another step than its name says", expected: "\(file.step)",
                        found: "\(checkpoint.step)")
                }
                return (file, checkpoint)
            } catch let error as RunError where error.category != .permission {
                bad(error)
                last = error
            }
        }
        guard let last else { return nil }
        throw RunError(
            .data, at: checkpointsPath, "none of the checkpoints can be used (\(last))",
            advice: "start again in another folder with --run")
    }

    /// Writes a checkpoint, then removes the oldest but `keep` (0 for all) of those up to its step, and never that of step `best`.
    ///
    /// What is newer than the one just written (bad ones that a resumed run has yet to replace) stays and is not
    /// counted, so that a good one is never given up for them.
    /// - Throws: `RunError` if it cannot be written; nothing is removed then.
    @discardableResult
    package func save(_ checkpoint: Checkpoint, keep: Int, best: UInt64? = nil) throws -> CheckpointFile {
        let file = CheckpointFile(step: checkpoint.step, path: checkpointPath(step: checkpoint.step))
        do {
            try checkpoint.write(to: file.path)
        } catch let error as RunError {
            throw DiskSpace.explained(error, needed: checkpoint.byteCount, folder: checkpointsPath)
        }
        if keep > 0 {
            let old = try checkpoints().filter { $0.step <= file.step }.dropLast(keep)
            for file in old where file.step != best { unlink(file.path) }
        }
        return file
    }
}
