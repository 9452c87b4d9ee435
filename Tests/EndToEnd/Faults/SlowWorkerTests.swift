import Foundation
import Testing

/// Workers that are alive and do not get on.
@Suite struct SlowWorkerTests {
    /// Its heartbeats come, its gradients do not: others get its shards at a deadline, and nobody is expelled.
    @Test(.enabled(if: SystemCallKill.obstacle == nil, "\(SystemCallKill.obstacle ?? "")"))
    func aWorkerThatComputesForEver() throws {
        let deadline = 1.0
        let cluster = try FaultCluster(steps: nil, timeout: 3, options: ["--set", "cluster.leaseSeconds=\(deadline)"])
        let watch = StepWatch()
        let witness = try cluster.proxy(2, watch.handler)
        let steady = try cluster.startWorker(through: witness)
        try watch.wait(untilStep: 10, of: cluster.coordinator)
        let stuck = try cluster.startWorkers(1)[0]
        try watch.wait(untilStep: watch.step + 20, of: cluster.coordinator)
        // As it is about to say that it has computed something: it holds no lock then that its other threads need.
        let held = try HeldThread("compute 0", of: stuck)
        let start = ContinuousClock.now
        let before = watch.step
        // The step in flight, and the one that began meanwhile.
        try watch.wait(untilStep: before + 3, of: cluster.coordinator)
        Measured.note("a compute thread that stands still", start.duration(to: .now) / .seconds(1))
        usleep(4_000_000)
        try watch.wait(untilStep: watch.step + 20, of: cluster.coordinator)
        #expect(!cluster.coordinator.standardError.contains("nothing heard"), "\(cluster.coordinator)")
        held.letGo()
        try watch.wait(untilStep: watch.step + 50, of: cluster.coordinator)
        try cluster.expectQuietStateWhenStopped([steady, stuck])
    }

    /// One of three stands still nine tenths of the time.
    @Test func aWorkerThatIsStoppedNineTenthsOfTheTime() throws {
        let cluster = try FaultCluster(preset: "lenet-28", steps: nil, timeout: 5)
        let watch = StepWatch()
        let workers = try [cluster.startWorker(through: cluster.proxy(2, watch.passing))] + cluster.startWorkers(2)
        try watch.wait(untilStep: 10, of: cluster.coordinator)
        func secondsPerStep(during seconds: Double, _ body: () -> Void) -> Double {
            let (start, first) = (ContinuousClock.now, watch.step)
            while start.duration(to: .now) < .seconds(seconds) { body() }
            return start.duration(to: .now) / .seconds(1) / Double(max(1, watch.step - first))
        }
        // What else the machine does may come in the middle: then both are measured again.
        var ratio = Double.infinity
        for _ in 0..<5 where ratio > 2 {
            let quiet = secondsPerStep(during: 3) { usleep(100_000) }
            let disturbed = secondsPerStep(during: 10) {
                workers[2].send(SIGSTOP)
                usleep(450_000)
                workers[2].send(SIGCONT)
                usleep(50_000)
            }
            ratio = disturbed / quiet
            print("measured: a step \(ratio) times as long with one of three workers stopped nine tenths of the time")
        }
        #expect(ratio <= 2)
        #expect(!cluster.coordinator.standardError.contains("nothing heard"), "\(cluster.coordinator)")
        try cluster.expectQuietStateWhenStopped(workers)
    }

    /// Enough workers and too few by turns: it pauses, says so, and goes on.
    @Test func fewerThanTheLeastNumberFiftyTimes() throws {
        let cluster = try FaultCluster(steps: nil, workers: 2)
        let slow = try cluster.proxy(2) { [.pause(seconds: $0.contribution == nil ? 0 : 0.005), .send($0.raw)] }
        let steady = try cluster.startWorker(through: slow)
        for turn in 1...50 {
            let other = try cluster.startWorker()
            try cluster.cluster.wait(untilCoordinatorSays: "going on with 2 workers", times: turn)
            usleep(.random(in: 0...50_000))
            if turn % 2 == 0 {
                other.kill()
            } else {
                other.send(SIGTERM)
                #expect(try other.wait() == .status(0), "\(other)")
            }
            try cluster.cluster.wait(untilCoordinatorSays: "is gone", times: turn)
        }
        let last = try cluster.startWorker()
        try cluster.cluster.wait(untilCoordinatorSays: "going on with 2 workers", times: 51)
        let step = try cluster.cluster.run.newestCheckpoint().step
        try cluster.cluster.wait(untilStep: Int(step) + 20)
        try cluster.expectQuietStateWhenStopped([steady, last])
    }
}
