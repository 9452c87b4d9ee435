import Datasets
import FileFormats
import Foundation
import RunConfiguration

/// The judges that this user has trained, a file for each data set: `$XDG_CACHE_HOME/ganglion/judges` or `~/.cache/ganglion/judges`
/// (XDG Base Directory Specification, 0.8).
package struct JudgeCache: Sendable {
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// That of the user.
    /// - Throws: `FileFormatError` (missing) where no home folder is known.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        // By the specification, a relative path counts for nothing.
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") {
            folder = base + "/ganglion/judges"
        } else {
            folder = try HomePath.expanding("~/.cache/ganglion/judges", environment: environment)
        }
    }

    /// Where the judge of a data set lies, or will.
    package func path(for source: any SampleSource) -> String {
        var hash = SHA256()
        hash.update(source.fingerprint.description)
        return "\(folder)/\(hash.hexadecimal.prefix(32)).safetensors"
    }

    /// The judge of a data set; nil where there is none.
    /// - Throws: `RunError` where the file cannot be used.
    package func judge(for source: any SampleSource) throws -> Judge? {
        let path = path(for: source)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let judge = try Judge(contentsOf: path)
        guard judge.provenance.dataFingerprint == source.fingerprint.description else {
            throw RunError(.data, at: path, "is the judge of other data: \(judge.provenance.data)")
        }
        return judge
    }

    /// Keeps a judge.
    /// - Returns: the file.
    /// - Throws: `RunError` (cannot create, permission).
    @discardableResult
    package func store(_ judge: Judge, for source: any SampleSource) throws -> String {
        let path = path(for: source)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw RunError(
                .cannotCreate, at: folder, "cannot make the folder for judges",
                advice: "set XDG_CACHE_HOME to a folder that you may write")
        }
        try judge.write(to: path)
        return path
    }
}
