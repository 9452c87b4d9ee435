import Foundation
import Testing

/// Standard error that cannot be written ends nothing: work goes on, and exit codes are what they are otherwise. Of standard
/// output it is an error, for what was asked for is lost.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full"))
struct BrokenStreamTests {
    private let task = TrainingTask(preset: "ring-2d", steps: 20)

    @Test(arguments: BrokenStream.allCases) func errorsKeepTheirCodes(stream: BrokenStream) throws {
        let sandbox = try Sandbox()
        for (arguments, status) in [
            (["nosuch"], 64), (["train", "--steps", "none"], 64), (["inspect", "--run", sandbox.file("no")], 66),
            (["worker", "--connect", "ipc://\(sandbox.file("socket"))", "--timeout", "0.1"], 75),
            (["coordinator", "--bind", "tcp://0.0.0.0:0", "--run", sandbox.file("run")], 64), (["--version"], 0),
        ] as [([String], Int32)] {
            let process = try sandbox.start(arguments, launcher: stream.launcher(2))
            #expect(try process.wait() == .status(status), "\(process)")
        }
    }

    /// A worker that joins, computes and is told goodbye, and a coordinator that waits, warns, and shows its progress.
    @Test(arguments: BrokenStream.allCases) func aRunOfSeveralProcessesGoesOn(stream: BrokenStream) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let socket = "ipc://\(sandbox.file("socket"))"
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", socket] + task.arguments(run), launcher: stream.launcher(2))
        try coordinator.wait(until: "waiting") { run.log.contains("no worker ready: waiting") }
        let worker = try sandbox.start(["worker", "--connect", socket], launcher: stream.launcher(2))
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(coordinator.standardOutput.contains("Finished at step 20"), "\(coordinator)")
        #expect(try run.newestCheckpoint().step == 20)
    }

    @Test(arguments: BrokenStream.allCases) func trainGoesOn(stream: BrokenStream) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let process = try sandbox.complete(["train"] + task.arguments(run), launcher: stream.launcher(2))
        #expect(process.standardOutput.contains("Finished at step 20"), "\(process)")
        #expect(try run.newestCheckpoint().step == 20)
        // Its workers have the same standard error, and were not started again for it.
        #expect(!run.log.contains("died"), "\(run.log)")
    }

    /// A warning before anything else, and Ctrl-C.
    @Test(arguments: BrokenStream.allCases) func warningsAreGivenUp(stream: BrokenStream) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://0.0.0.0:0", "--insecure"] + task.arguments(run),
            launcher: stream.launcher(2))
        try coordinator.wait(until: "waiting") { run.log.contains("no worker ready: waiting") }
        coordinator.send(SIGINT)
        #expect(try coordinator.wait() == .status(130), "\(coordinator)")
    }

    /// The run itself is not touched by it.
    @Test(arguments: [[1], [1, 2]]) func aSummaryThatIsLostIsAnError(descriptors: [Int]) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let launcher = ["sh", "-c", "exec \"$@\"" + descriptors.map { " \($0)>/dev/full" }.joined(), "sh"]
        let process = try sandbox.start(["train"] + task.arguments(run), launcher: launcher)
        #expect(try process.wait() == .status(74), "\(process)")
        #expect(process.standardError.contains("standard output: cannot be written") == (descriptors == [1]))
        #expect(try run.newestCheckpoint().step == 20)
    }
}
