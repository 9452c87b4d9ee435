import FileFormats
import Foundation
import RunConfiguration

/// The run's identity, by which its workers know it again. Each checkpoint holds it; the file is for a coordinator that
/// is killed before its first.
extension RunDirectory {
    package var identityPath: String { "\(path)/.identity" }

    /// Keeps the identity in the directory.
    /// - Throws: `RunError` if it cannot be written.
    package func write(identity: String) throws {
        try RunError.rethrowing { try AtomicFile.write(Array("\(identity)\n".utf8), to: identityPath) }
    }

    /// The identity that the directory keeps; nil where there is none, or one that cannot be read.
    package var identity: String? {
        guard let data = FileManager.default.contents(atPath: identityPath), data.count <= 100 else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingSpaces
        return text.isEmpty ? nil : text
    }
}
