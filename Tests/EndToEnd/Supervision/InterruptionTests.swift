import Foundation
import Testing

/// Ctrl-C, SIGTERM and SIGHUP end a run in good order: a checkpoint of where it was, no process left, and `--resume` goes on.
@Suite struct InterruptionTests {
    struct Request: Sendable, CustomTestStringConvertible {
        var signal: Int32
        var status: Int32
        var testDescription: String { [SIGINT: "Ctrl-C", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][signal] ?? "" }
    }

    static let requests = [
        Request(signal: SIGINT, status: 130), Request(signal: SIGTERM, status: 0),
        // The terminal was closed.
        Request(signal: SIGHUP, status: 0),
    ]

    @Test(arguments: requests)
    func aRunStopsInGoodOrder(request: Request) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let launcher = try sandbox.start(["train", "--workers", "2"] + endlessTraining(run))
        try launcher.wait(until: "step 10") { run.hasReached(10) }
        let workers = ProcessTable.children(of: launcher.identifier)
        #expect(workers.count == 2)
        launcher.sendToGroup(request.signal)
        #expect(try launcher.wait() == .status(request.status), "\(launcher)")
        #expect(!workers.contains(where: ProcessTable.isRunning))
        #expect(launcher.standardOutput.contains("ganglion train --run \(run.path) --resume"))
        #expect(!launcher.standardError.contains("error"), "\(launcher)")
        #expect(sandbox.runtimeRemains.isEmpty)
        #expect(run.unfinishedFiles.isEmpty)
        let step = try run.newestCheckpoint().step
        #expect(step >= 10)
        try sandbox.complete(["train", "--run", run.path, "--resume", "--steps", "\(step + 3)"])
        #expect(try run.newestCheckpoint().step == step + 3)
    }

    /// Asked twice, a run ends at once, though a round in flight waits for a worker that hangs; the checkpoints of before
    /// stay good.
    @Test(arguments: requests)
    func aSecondRequestEndsAtOnce(request: Request) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let launcher = try sandbox.start(["train", "--workers", "2"] + endlessTraining(run))
        try launcher.wait(until: "step 5") { run.hasReached(5) }
        let workers = ProcessTable.children(of: launcher.identifier)
        #expect(workers.count == 2)
        kill(try #require(workers.first), SIGSTOP)
        launcher.send(request.signal)
        // A second signal that came before the first one was taken would be none.
        try launcher.wait(until: "the first request") {
            launcher.standardError.contains("stopping after the round in flight")
        }
        usleep(500_000)
        #expect(launcher.poll() == nil, "\(launcher)")
        launcher.send(request.signal)
        // A worker that does not end by itself has three seconds for it, and two more after SIGTERM.
        #expect(try launcher.wait() == .status(request.status), "\(launcher)")
        #expect(!workers.contains(where: ProcessTable.isRunning))
        #expect(try run.newestCheckpoint().step >= 5)
        #expect(run.unfinishedFiles.isEmpty)
    }

    /// Nobody computes, so there is no round to wait for.
    @Test(arguments: requests)
    func aCoordinatorThatWaitsStops(request: Request) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "ipc://\(sandbox.file("socket"))"] + endlessTraining(run))
        try coordinator.wait(until: "waiting") { coordinator.standardError.contains("no worker ready: waiting") }
        coordinator.send(request.signal)
        #expect(try coordinator.wait() == .status(request.status), "\(coordinator)")
    }

    @Test(arguments: requests)
    func aWorkerThatWaitsStops(request: Request) throws {
        let sandbox = try Sandbox()
        let worker = try sandbox.start(["worker", "--connect", "ipc://\(sandbox.file("socket"))"])
        try worker.wait(until: "its signals to be its own") {
            ProcessTable.survives(request.signal, worker.identifier)
        }
        // One that comes before it is listened to is lost.
        try waitFor("its end") { () -> Bool? in
            worker.send(request.signal)
            usleep(100_000)
            return worker.poll() == nil ? nil : true
        }
        #expect(try worker.wait() == .status(request.status), "\(worker)")
    }

    // MARK: What was ignored at the start

    /// By `nohup`, and by a shell that starts a program of a script with `&`: it stays ignored, in every process of a run.
    @Test(arguments: ["HUP", "INT"]) func whatWasIgnoredStaysIgnored(signal: String) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let launcher = ["sh", "-c", "trap '' \(signal); exec \"$@\"", "sh"]
        let socket = "ipc://\(sandbox.file("socket"))"
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", socket] + endlessTraining(run), launcher: launcher)
        let worker = try sandbox.start(["worker", "--connect", socket], launcher: launcher)
        try coordinator.wait(until: "step 5") { run.hasReached(5) }
        for process in [coordinator, worker] {
            for _ in 0..<2 { process.send(signal == "HUP" ? SIGHUP : SIGINT) }
        }
        try expectSteps(of: coordinator, run)
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(!run.log.contains("left"), "\(run.log)")
    }

    @Test func nohupOutlivesItsTerminal() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let process = try sandbox.start(["train", "--workers", "2"] + endlessTraining(run), launcher: ["nohup"])
        try process.wait(until: "step 5") { run.hasReached(5) }
        process.sendToGroup(SIGHUP)
        try expectSteps(of: process, run)
        #expect(!run.log.contains("died"), "\(run.log)")
        #expect(sandbox.runtimeRemains.isEmpty)
    }

    /// The run makes ten further steps, and SIGTERM ends it.
    private func expectSteps(of process: GanglionProcess, _ run: RunFolder) throws {
        let step = run.newestStep
        try process.wait(until: "further steps") { run.newestStep >= step + 10 }
        process.send(SIGTERM)
        #expect(try process.wait() == .status(0), "\(process)")
    }
}
