import Foundation
import Testing

/// Workers come and go as they like, and the run ends with the quiet run's bits.
@Suite struct ElasticityTests {
    private let task = TrainingTask(preset: "dcgan-28", updateOrder: "simultaneous")

    @Test func aWorkerMayStartBeforeTheCoordinator() throws {
        let sandbox = try Sandbox()
        let endpoint = "ipc://\(sandbox.file("socket"))"
        let worker = try sandbox.start(["worker", "--connect", endpoint])
        usleep(500_000)
        #expect(worker.poll() == nil, "\(worker)")
        let cluster = try Cluster(task, in: sandbox, bind: endpoint, run: sandbox.run("run"))
        try expectQuietEnd(cluster)
        #expect(try worker.wait() == .status(0), "\(worker)")
    }

    @Test func workersJoinLeaveAndDie() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(
            task, in: sandbox, bind: "tcp://127.0.0.1:0", run: sandbox.run("run"), steps: Cluster.endless)
        #expect(cluster.endpoint.hasPrefix("tcp://127.0.0.1:"))
        #expect(!cluster.endpoint.hasSuffix(":0"))
        let polite = try cluster.startWorker()
        try cluster.wait(untilStep: 10)
        let killed = try cluster.startReadyWorker()
        polite.send(SIGTERM)
        #expect(try polite.wait() == .status(0), "\(polite)")
        try cluster.wait(untilCoordinatorSays: "it left")
        let last = try cluster.startReadyWorker()
        killed.kill()
        try cluster.wait(untilCoordinatorSays: "is gone: ", times: 2)
        try cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped([last])
    }

    @Test func aPortInUseIsRefused() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(task, in: sandbox, bind: "tcp://127.0.0.1:0", run: sandbox.run("run"))
        try cluster.wait(untilCoordinatorSays: "waiting")
        let other = sandbox.run("other")
        try Refusal("port", ["coordinator", "--bind", cluster.endpoint] + task.arguments(other), 73, cluster.endpoint)
            .check(in: sandbox)
        _ = try cluster.startWorker()
        try expectQuietEnd(cluster)
    }

    /// A second bind would steal the path without a word.
    @Test func aSocketsPathInUseIsRefused() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(task, in: sandbox, bind: "ipc://\(sandbox.file("socket"))", run: sandbox.run("run"))
        try cluster.wait(untilCoordinatorSays: "waiting")
        try Refusal(
            "path", ["coordinator", "--bind", cluster.endpoint] + task.arguments(sandbox.run("other")), 73,
            cluster.endpoint, "in use"
        ).check(in: sandbox)
        _ = try cluster.startWorker()
        try expectQuietEnd(cluster)
    }

    @Test func withNoWorkerLeftTheCoordinatorSaysSoAndWaits() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(
            task, in: sandbox, bind: "ipc://\(sandbox.file("socket"))", run: sandbox.run("run"), steps: Cluster.endless)
        try cluster.wait(untilCoordinatorSays: "no worker ready: waiting")
        let first = try cluster.startWorker()
        try cluster.wait(untilStep: 20)
        first.kill()
        try cluster.wait(untilCoordinatorSays: "no worker ready: waiting", times: 2)
        #expect(cluster.coordinator.poll() == nil)
        let second = try cluster.startWorker()
        try cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped([second])
    }

    /// Its workers wait for it and go on with the same run.
    @Test func aCoordinatorComesBack() throws {
        let sandbox = try Sandbox()
        let endpoint = "ipc://\(sandbox.file("socket"))"
        // A round needs both: neither can come too late to be told of the end.
        let cluster = try Cluster(
            task, in: sandbox, bind: endpoint, run: sandbox.run("run"), steps: Cluster.endless,
            options: ["--set", "cluster.minWorkers=2"])
        let workers = try [cluster.startWorker(), cluster.startWorker()]
        try cluster.wait(untilStep: 20)
        cluster.coordinator.kill()
        let steps = try Int(cluster.run.newestCheckpoint().step) + 20
        try sandbox.complete(
            ["coordinator", "--bind", endpoint, "--run", cluster.run.path, "--resume", "--steps", "\(steps)"])
        let quiet = sandbox.run("quiet")
        try sandbox.complete(["train", "--workers", "1"] + task.arguments(quiet, steps: steps))
        #expect(try cluster.run.stateSHA256(afterStep: steps) == quiet.stateSHA256(afterStep: steps))
        for worker in workers { #expect(try worker.wait() == .status(0), "\(worker)") }
    }

    /// It is given up after two seconds of silence; what it computed for the past is not counted, and it works on.
    @Test func aWorkerThatFreezesIsGivenUpAndComesBack() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(
            task, in: sandbox, bind: "ipc://\(sandbox.file("socket"))", run: sandbox.run("run"), steps: Cluster.endless,
            options: ["--set", "cluster.workerTimeoutSeconds=2"])
        let workers = try [cluster.startReadyWorker(), cluster.startReadyWorker()]
        try cluster.wait(untilStep: 10)
        workers[0].send(SIGSTOP)
        try cluster.wait(untilCoordinatorSays: "nothing heard of it for")
        workers[1].send(SIGSTOP)
        try cluster.wait(untilCoordinatorSays: "no worker ready: waiting", times: 2)
        for worker in workers { worker.send(SIGCONT) }
        // Each once more.
        try cluster.wait(untilCoordinatorSays: " joined (", times: 4)
        try cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped(workers)
    }

    @Test func aWorkerEndsAfterItsTimeoutWhenTheCoordinatorIsGone() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(
            task, in: sandbox, bind: "ipc://\(sandbox.file("socket"))", run: sandbox.run("run"), steps: Cluster.endless)
        let worker = try cluster.startWorker(timeout: 2)
        try cluster.wait(untilStep: 10)
        cluster.coordinator.kill()
        #expect(try worker.wait() == .status(75), "\(worker)")
        #expect(worker.standardError.contains("nothing heard of the coordinator for 2 s"), "\(worker)")
    }

    @Test func aWorkerWithoutACoordinatorEndsAfterItsTimeout() throws {
        let sandbox = try Sandbox()
        let worker = try sandbox.start(
            ["worker", "--connect", "ipc://\(sandbox.file("socket"))", "--timeout", "1", "--quiet"])
        #expect(try worker.wait() == .status(75), "\(worker)")
        #expect(worker.standardError.hasPrefix("ganglion: error: ipc://"), "\(worker)")
        #expect(worker.standardError.split(separator: "\n").count == 1, "\(worker)")
    }

    @Test("a worker whose coordinator was killed works for the next run at the same address, and changes no bit of it")
    func theNextRunTakesTheWorkersOfTheLast() throws {
        let sandbox = try Sandbox()
        let endpoint = "ipc://\(sandbox.file("socket"))"
        let old = try Cluster(task, in: sandbox, bind: endpoint, run: sandbox.run("old"), steps: Cluster.endless)
        let worker = try old.startWorker()
        try old.wait(untilStep: 10)
        old.coordinator.kill()
        let next = try Cluster(task, in: sandbox, bind: endpoint, run: sandbox.run("next"))
        try expectQuietEnd(next)
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(worker.standardError.components(separatedBy: "joined run").count == 3, "\(worker)")
        #expect(next.coordinator.standardError.contains("comes from run"), "\(next.coordinator)")
    }

    /// As systems clean `/tmp` and `/run/user`: what is connected stays, and others can join soon.
    @Test("a local socket's folder that is removed in mid-run is made again")
    func theFolderOfTheSocketIsRemoved() throws {
        let sandbox = try Sandbox()
        let folder = sandbox.file("sockets")
        let cluster = try Cluster(
            task, in: sandbox, bind: "ipc://\(folder)/coordinator", run: sandbox.run("run"), steps: Cluster.endless)
        let first = try cluster.startWorker()
        try cluster.wait(untilStep: 10)
        try FileManager.default.removeItem(atPath: folder)
        try cluster.wait(untilCoordinatorSays: "is there again")
        let second = try cluster.startReadyWorker()
        first.kill()
        try cluster.wait(untilCoordinatorSays: "is gone:")
        try cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped([second])
    }

    private func expectQuietEnd(_ cluster: Cluster, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let exit = try cluster.coordinator.wait()
        #expect(exit == .status(0), "\(cluster.coordinator)", sourceLocation: sourceLocation)
        let quiet = try QuietRuns.shared.stateSHA256(of: task)
        #expect(try cluster.run.stateSHA256(afterStep: TrainingTask.steps) == quiet, sourceLocation: sourceLocation)
    }
}
