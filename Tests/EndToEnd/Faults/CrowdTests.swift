import Foundation
import Testing

/// Many workers at once, and answers in any order.
@Suite struct CrowdTests {
    /// A worker's gradient is held back, so that the step goes on, until twenty more have come; so is what they are given to
    /// compute, for the one that is late would not be waited for.
    @Test func twentyWorkersJoinInMidStep() throws {
        let cluster = try FaultCluster(steps: 100, timeout: 2 * patience)
        let (watch, gate) = (StepWatch(), Counter())
        let proxy = try cluster.proxy(2) { message in
            watch.note(message)
            if let contribution = message.contribution, contribution.round >= 40 {
                _ = try? waitFor("the crowd") { gate.value > 0 ? true : nil }
            }
            return [.send(message.raw)]
        }
        let first = try cluster.startWorker(through: proxy)
        try watch.wait(untilStep: 20, of: cluster.coordinator)
        let entrance = try cluster.proxy(3) { message in
            if message.assignment != nil { _ = try? waitFor("the crowd") { gate.value > 0 ? true : nil } }
            return [.send(message.raw)]
        }
        let crowd = try (0..<20).map { _ in try cluster.startWorker(through: entrance) }
        try cluster.cluster.wait(untilCoordinatorSays: "joined (21 ready)")
        #expect(watch.step == 20)
        gate.add()
        try cluster.expectQuietEnd(of: [first] + crowd)
    }

    /// Each worker's gradients are held up by a random time, so that they arrive in another order each round.
    @Test(arguments: [1, 2, 3, 5]) func arrivalShuffled(workers: Int) throws {
        let cluster = try FaultCluster(steps: 100, workers: workers)
        let proxies = try (0..<workers).map { index in
            try cluster.proxy(2 + index) { message in
                [.pause(seconds: message.contribution == nil ? 0 : .random(in: 0...0.01)), .send(message.raw)]
            }
        }
        let processes = try proxies.map { try cluster.startWorker(through: $0) }
        try cluster.expectQuietEnd(of: processes)
    }

    @Test func workersThatWereThereBeforeTheCoordinator() throws {
        let port = try TCPSocket.freePortPair()
        let sandbox = try Sandbox()
        let workers = try (0..<3).map { _ in
            try sandbox.start(["worker", "--connect", "tcp://127.0.0.1:\(port)", "--timeout", "\(patience)"])
        }
        usleep(1_000_000)
        for worker in workers { #expect(worker.poll() == nil, "\(worker)") }
        let task = TrainingTask(preset: "ring-2d", steps: 100)
        let cluster = try Cluster(
            task, in: sandbox, bind: "tcp://127.0.0.1:\(port)", run: sandbox.run("run"),
            options: ["--set", "cluster.minWorkers=3"])
        let start = ContinuousClock.now
        try cluster.wait(untilCoordinatorSays: "joined (3 ready)")
        Measured.note("all three that waited joined", start.duration(to: .now) / .seconds(1))
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        for worker in workers { #expect(try worker.wait() == .status(0), "\(worker)") }
        #expect(try cluster.run.stateSHA256(afterStep: 100) == QuietRuns.shared.stateSHA256(of: task))
    }
}
