import FileFormats
import Foundation
import RunConfiguration
import UserErrors

/// Where a run lives: `config.yaml`, `metrics.jsonl`, `samples/`, `checkpoints/`, `log.txt`.
///
/// Whoever writes holds the directory's lock as long as the value lives. A reader needs none.
package struct RunDirectory: Sendable {
    package let path: String
    /// Let go when the last copy of the value goes.
    private let lock: RunLock?
    /// The folder was not there before the run.
    private let isFolderNew: Bool

    package var configurationPath: String { "\(path)/config.yaml" }
    package var metricsPath: String { "\(path)/metrics.jsonl" }
    /// The files that the samples come from, with what is known of them: `files.txt`.
    package var knownFilesPath: String { "\(path)/files.txt" }
    package var logPath: String { "\(path)/log.txt" }
    package var samplesPath: String { "\(path)/samples" }
    package var checkpointsPath: String { "\(path)/checkpoints" }

    /// `samples/step-000500.png`
    package func samplePath(step: UInt64) -> String { "\(samplesPath)/\(Self.name(step)).png" }
    /// `checkpoints/step-000500.safetensors`
    package func checkpointPath(step: UInt64) -> String { "\(checkpointsPath)/\(Self.name(step)).safetensors" }

    // MARK: Opening

    /// Checks that a new run may be put at `path`, and touches nothing.
    /// - Throws: `RunError` if it holds another run, or files that are no run's.
    package static func checkFree(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw RunError(
                .cannotCreate, at: path, "is a file", expected: "a new or empty folder",
                advice: "choose another with --run")
        }
        let names = try listing(path).filter { $0 != RunLock.fileName }
        if names.contains("config.yaml") || names.contains("checkpoints") {
            throw RunError(
                .cannotCreate, at: path, "already holds a run", expected: "a new or empty folder",
                advice: "go on with it by --resume, or choose another with --run")
        }
        guard names.isEmpty else {
            throw RunError(
                .cannotCreate, at: path, "holds other files", expected: "a new or empty folder",
                found: names.sorted()[0].inQuotes, advice: "choose another with --run")
        }
    }

    /// Makes the directory of a new run, locks it, and writes the configuration to it.
    /// - Throws: `RunError` (cannot create, permission) if it holds another run or cannot be made.
    package static func create(at path: String, configuration: Configuration) throws -> RunDirectory {
        try checkFree(path)
        let isFolderNew = !FileManager.default.fileExists(atPath: path)
        try makeFolder(path)
        let lock: RunLock
        do {
            lock = try RunLock(folder: path)
        } catch {
            if isFolderNew { rmdir(path) }
            throw error
        }
        let directory = RunDirectory(path: path, lock: lock, isFolderNew: isFolderNew)
        // Another may have been faster between the check and the lock.
        try checkFree(path)
        do {
            try makeFolder(directory.samplesPath)
            try makeFolder(directory.checkpointsPath)
            try directory.write(configuration)
        } catch {
            directory.discard()
            throw error
        }
        return directory
    }

    /// Takes back what `create` made, for a run that could not begin: the next try finds the folder as it was.
    ///
    /// What others have put there stays.
    package func discard() {
        let files = [
            configurationPath, metricsPath, knownFilesPath, logPath, identityPath, addressPath, evaluationsPath,
            checkpointPath(step: 0),
        ]
        for file in files { unlink(file) }
        for folder in [samplesPath, checkpointsPath] { rmdir(folder) }
        unlink("\(path)/\(RunLock.fileName)")
        if isFolderNew { rmdir(path) }
    }

    /// Locks the directory of a run that is to go on, and removes what a killed process left half written.
    /// - Throws: `RunError` if there is no run, or another coordinator holds it.
    package static func resume(at path: String) throws -> RunDirectory {
        _ = try open(at: path)
        let directory = RunDirectory(path: path, lock: try RunLock(folder: path))
        try makeFolder(directory.samplesPath)
        try makeFolder(directory.checkpointsPath)
        for folder in [path, directory.samplesPath, directory.checkpointsPath] {
            AtomicFile.removeIncomplete(in: folder)
        }
        return directory
    }

    /// Says to others that the holder of the lock lives.
    /// - Throws: `RunError` (cannot create) if another coordinator has taken the directory over: nothing may be written
    ///   there any more.
    package func touchLock() throws { try lock?.touch() }

    /// A run's directory, for reading.
    /// - Throws: `RunError` (missing) if there is no run.
    package static func open(at path: String) throws -> RunDirectory {
        let directory = RunDirectory(path: path, lock: nil)
        guard try RunError.rethrowing({ try PathKind.at(path) }) != nil else {
            throw RunError(.missing, at: path, "there is no such run directory")
        }
        guard try RunError.rethrowing({ try PathKind.at(directory.configurationPath) }) != nil else {
            throw RunError(
                .missing, at: path, "is no run directory", expected: "a folder with config.yaml",
                advice: "give the folder that '\(ProgramName.current) train --run' made")
        }
        return directory
    }

    /// The directory at `path`, whatever is there.
    init(reading path: String) { self.init(path: path, lock: nil) }

    /// The configuration as the run was started with.
    package func configuration() throws -> Configuration {
        try Configuration.resolve(file: configurationPath)
    }

    /// Replaces the configuration (a run that is made longer).
    package func write(_ configuration: Configuration) throws {
        try RunError.rethrowing {
            try AtomicFile.write(Array(configuration.resolvedYAML().utf8), to: configurationPath)
        }
    }

    private init(path: String, lock: RunLock?, isFolderNew: Bool = false) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.lock = lock
        self.isFolderNew = isFolderNew
    }

    // MARK: Parts

    static func name(_ step: UInt64) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    static func step(ofFile name: String, extension ending: String) -> UInt64? {
        guard name.hasPrefix("step-"), name.hasSuffix("." + ending) else { return nil }
        let digits = name.dropFirst(5).dropLast(ending.count + 1)
        guard digits.count >= 6, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(digits)
    }

    static func listing(_ path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
                throw RunError(.missing, at: path, "is no folder", expected: "a folder", advice: "remove the file")
            }
            throw RunError(.permission, at: path, "cannot be read", advice: "check the folder's owner and mode")
        }
    }

    private static func makeFolder(_ path: String) throws {
        var partial = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            partial += "/\(part)"
            guard mkdir(partial, 0o777) != 0 else { continue }
            let code = errno
            var status = stat()
            if stat(partial, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
            throw RunError(
                code == EACCES || code == EPERM ? .permission : .cannotCreate, at: path,
                "cannot be created: \(String(cString: strerror(code)))",
                advice: "check the owner and the mode of the folder above, or choose another with --run")
        }
    }
}
