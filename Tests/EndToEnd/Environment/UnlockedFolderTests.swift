import Foundation
import Testing

/// Run directories on file systems whose locks do nothing, or are not there: a library in front of the C library's `flock`
/// answers as such a file system does.
@Suite(.enabled(if: FlockLibrary.obstacle == nil, "no library can be made: \(FlockLibrary.obstacle ?? "")"))
struct UnlockedFolderTests {
    private let sandbox: Sandbox
    private let run: RunFolder

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
    }

    /// Every lock is granted, to whoever asks.
    @Test func aSecondCoordinatorIsRefusedByWhatStandsInTheFile() throws {
        let launcher = try FlockLibrary(returning: 0, in: sandbox).launcher
        let first = try sandbox.start(["train"] + endlessTraining(run), launcher: launcher)
        try first.wait(until: "step 5") { run.hasReached(5) }
        let second = try sandbox.start(["train", "--run", run.path, "--resume"], launcher: launcher)
        #expect(try second.wait() == .status(73), "\(second)")
        #expect(
            second.standardError.contains(
                "error: \(run.path): another coordinator (process \(first.identifier)) is using this run directory, whose"
                    + " lock does not keep others out"), "\(second)")
        let reached = run.newestStep
        try first.wait(until: "further steps") { run.newestStep >= reached + 10 }
        first.send(SIGTERM)
        #expect(try first.wait() == .status(0), "\(first)")
        let step = Int(try run.newestCheckpoint().step)
        #expect(try run.metricsSteps() == Array(1...step))
        // The first one has ended, by a kill too: nobody keeps the directory.
        try sandbox.complete(["train", "--run", run.path, "--resume", "--steps", "\(step + 2)"], launcher: launcher)
    }

    @Test func aKilledCoordinatorKeepsNobodyOut() throws {
        let launcher = try FlockLibrary(returning: 0, in: sandbox).launcher
        let first = try sandbox.start(["train"] + endlessTraining(run), launcher: launcher)
        try first.wait(until: "step 5") { run.hasReached(5) }
        first.kill()
        let step = Int(try run.newestCheckpoint().step)
        try sandbox.complete(["train", "--run", run.path, "--resume", "--steps", "\(step + 2)"], launcher: launcher)
    }

    /// NFS without lockd. The folder is taken back.
    @Test(arguments: [ENOLCK, EOPNOTSUPP]) func aFileSystemWithoutLocksIsRefused(code: Int32) throws {
        let launcher = try FlockLibrary(returning: -1, code: code, in: sandbox).launcher
        let process = try sandbox.start(["train", "--preset", "ring-2d", "--run", run.path], launcher: launcher)
        #expect(try process.wait() == .status(73), "\(process)")
        #expect(process.standardError.contains("error: \(run.path): this file system has no locks"), "\(process)")
        #expect(process.standardError.contains("put --run on another"), "\(process)")
        #expect(!FileManager.default.fileExists(atPath: run.path))
    }
}
