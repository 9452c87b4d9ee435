import FileFormats
import Foundation
import RunConfiguration

/// `evaluations.jsonl` of a run: a line of JSON for each checkpoint that was judged, as `ganglion evaluate --json` prints it.
package struct EvaluationLog: Sendable {
    /// What a run reads of a line.
    package struct Entry: Decodable, Sendable, Equatable {
        package var step: UInt64
        /// nil where it could not be taken.
        package var frechetDistance: Double?

        package init(step: UInt64, frechetDistance: Double?) {
            (self.step, self.frechetDistance) = (step, frechetDistance)
        }
    }

    private static let largestFile = 1 << 28
    package let path: String

    package init(_ directory: RunDirectory) { path = directory.evaluationsPath }

    /// Adds a line, whole.
    /// - Throws: `RunError` if the file cannot be written.
    package func append(_ line: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw RunError(FileFormatError.system("write", file: path, code: errno)) }
        defer { close(descriptor) }
        var bytes = Array("\(line)\n".utf8)
        try WholeWrite.write(&bytes, to: descriptor, path: path)
    }

    /// All entries, in the order of the file; a line that is none, such as one that is being written, is passed over.
    /// - Throws: `RunError` if the file cannot be read.
    package func entries() throws -> [Entry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let bytes = try RunError.rethrowing { try InputFile.bytes(of: path, limit: Self.largestFile) }
        let decoder = JSONDecoder()
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(Entry.self, from: Data($0))
        }
    }

    /// The step with the least Fréchet distance; of equal ones, the first.
    package static func best(of entries: [Entry]) -> UInt64? {
        entries.filter { $0.frechetDistance?.isFinite == true }
            .min { ($0.frechetDistance ?? .infinity) < ($1.frechetDistance ?? .infinity) }?.step
    }
}

extension RunDirectory {
    /// `evaluations.jsonl`
    package var evaluationsPath: String { "\(path)/evaluations.jsonl" }

    /// The step of the checkpoint that is kept as the best; nil where none is.
    package func bestStep(by rule: KeepBest) -> UInt64? {
        switch rule {
        case .none: nil
        case .frechet: (try? EvaluationLog(self).entries()).flatMap { EvaluationLog.best(of: $0) }
        }
    }
}
