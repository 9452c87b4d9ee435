import Foundation
import Testing

/// SIGTERM to the processes of a cluster that are started one by one (`InterruptionTests` has those of `train`).
@Suite struct DrainTests {
    @Test func aWorkerSaysGoodbye() throws {
        let cluster = try FaultCluster(steps: nil)
        let watch = StepWatch()
        let proxy = try cluster.proxy(2, watch.handler)
        let leaving = try cluster.startWorker(through: proxy)
        try watch.wait(untilStep: 10, of: cluster.coordinator)
        let other = try cluster.startWorkers(1)
        let start = ContinuousClock.now
        leaving.send(SIGTERM)
        #expect(try leaving.wait() == .status(0), "\(leaving)")
        Measured.note("a worker drained", start.duration(to: .now) / .seconds(1))
        try cluster.cluster.wait(untilCoordinatorSays: "is gone: it left: it was stopped")
        try cluster.cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped(other)
    }

    /// The round in flight ends, a checkpoint is written, the workers are told, and the run goes on to the same bits.
    @Test func aCoordinatorDrains() throws {
        let cluster = try FaultCluster(steps: nil, workers: 2)
        let watch = StepWatch()
        let proxy = try cluster.proxy(2, watch.handler)
        let workers = try [cluster.startWorker(through: proxy), cluster.startWorker()]
        try watch.wait(untilStep: 33, of: cluster.coordinator)
        let start = ContinuousClock.now
        cluster.coordinator.send(SIGTERM)
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        Measured.note("a coordinator drained", start.duration(to: .now) / .seconds(1))
        #expect(try cluster.cluster.run.newestCheckpoint().step >= 33)
        for worker in workers {
            #expect(try worker.wait() == .status(0), "\(worker)")
            #expect(worker.standardError.contains("the coordinator was stopped"), "\(worker)")
        }
        try cluster.expectQuietStateWhenStopped([])
    }

    /// The round in flight waits for a worker that stands still. Asked twice, nobody waits for it.
    @Test func aCoordinatorAskedTwiceEndsAtOnce() throws {
        // Long: whoever ends before has not waited for the worker that stands still.
        let cluster = try FaultCluster(timeout: 2 * patience)
        let victim = Victim()
        let proxy = try cluster.proxy(2) { message in
            guard let assignment = message.assignment, assignment.round.step >= 25 else { return [.send(message.raw)] }
            return [.run { victim.hit(SIGSTOP) }, .send(message.raw)]
        }
        let worker = try cluster.startWorker(through: proxy)
        victim.choose(worker)
        try waitFor("freeze", while: cluster.coordinator) { victim.hitAt }
        cluster.coordinator.send(SIGTERM)
        // A second signal that came before the first one was taken would be none.
        try cluster.cluster.wait(untilCoordinatorSays: "stopping after the round in flight")
        usleep(500_000)
        #expect(cluster.coordinator.poll() == nil, "\(cluster.coordinator)")
        let start = ContinuousClock.now
        cluster.coordinator.send(SIGTERM)
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        Measured.note("a coordinator asked twice", start.duration(to: .now) / .seconds(1))
        #expect(try cluster.cluster.run.newestCheckpoint().step >= 20)
        worker.kill()
        let next = try cluster.sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:\(cluster.port)", "--run", cluster.cluster.run.path, "--resume"])
        let fresh = try cluster.startWorker()
        try cluster.expectQuietEnd(of: [fresh], coordinator: next)
    }
}
