import Foundation
import Testing

/// The command that a run advises is the one that it was begun with.
@Suite struct AdviceTests {
    private let sandbox: Sandbox
    private let run: RunFolder
    private let small = ["--preset", "ring-2d", "--sample-every", "0"]

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("a run")
    }

    private func coordinator(_ more: String...) -> [String] {
        ["coordinator", "--bind", "ipc://\(sandbox.file("socket"))", "--allow-mixed"] + more
    }

    /// A line without the program's name, as a shell takes its words.
    private func enter(_ line: some StringProtocol, _ more: String...) throws -> GanglionProcess {
        #expect(line.hasPrefix("ganglion "), "\(line)")
        let script = "program=$0; set -- \(line.dropFirst("ganglion ".count)) \"$@\"; exec \"$program\" \"$@\""
        return try sandbox.start(more, launcher: ["sh", "-c", script])
    }

    @Test func aCoordinatorThatWasStopped() throws {
        let first = try sandbox.start(coordinator("--run", run.path) + small)
        try first.wait(until: "waiting") { first.standardError.contains("no worker ready: waiting") }
        first.send(SIGTERM)
        #expect(try first.wait() == .status(0), "\(first)")
        let advice = try #require(first.standardOutput.firstMatch(of: /Go on with: (.+)\n/)).1
        #expect(advice.hasPrefix("ganglion coordinator --bind ipc://"), "\(advice)")
        #expect(advice.hasSuffix("--allow-mixed --run '\(run.path)' --resume"), "\(advice)")
        let second = try enter(advice, "--steps", "3")
        let worker = try sandbox.start(["worker", "--connect", "ipc://\(sandbox.file("socket"))"])
        #expect(try second.wait() == .status(0), "\(second)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(try run.newestCheckpoint().step == 3)
    }

    /// Longer, or anew with what a run cannot change.
    @Test func aRunThatIsComplete() throws {
        try sandbox.complete(
            ["train", "--run", run.path, "--steps", "3", "--set", "generator.optimizer.decay=constant"] + small
                + ["--set", "discriminator.optimizer.decay=constant"])
        let longer = try sandbox.complete(coordinator("--run", run.path, "--resume"))
        #expect(longer.standardOutput.contains("--allow-mixed --run '\(run.path)' --resume --steps 6"), "\(longer)")
        let other = try sandbox.start(coordinator("--run", run.path, "--resume", "--seed", "5"))
        #expect(try other.wait() == .status(78), "\(other)")
        #expect(
            other.standardError.contains(
                "ganglion coordinator --bind ipc://\(sandbox.file("socket")) --allow-mixed --from '\(run.path)' --run"
                    + " '\(run.path)-2' --seed 5"), "\(other)")
        let train = try sandbox.complete(["train", "--run", run.path, "--resume"])
        #expect(train.standardOutput.contains("ganglion train --run '\(run.path)' --resume --steps 6"), "\(train)")
    }

    /// A script's own words.
    @Test func aScriptThatStartsTheCoordinator() throws {
        let process = try sandbox.start(
            ["coordinator", "--launcher", "scripts/launch-ssh hosts", "--bind", "ipc://\(sandbox.file("socket"))"]
                + small + ["--run", run.path])
        try process.wait(until: "waiting") { process.standardError.contains("no worker ready: waiting") }
        process.send(SIGTERM)
        #expect(try process.wait() == .status(0), "\(process)")
        #expect(process.standardOutput.contains("Go on with: scripts/launch-ssh hosts --run '\(run.path)' --resume\n"))
    }
}
