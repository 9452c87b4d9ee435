import Foundation
import Testing

/// Workers that stand still for a while (SIGSTOP) and go on (SIGCONT).
@Suite struct FrozenWorkerTests {
    @Test func halfASecondExpelsNobody() throws {
        let cluster = try FaultCluster(workers: 2, timeout: 10)
        let victim = Victim()
        let proxy = try cluster.proxy(2) { message in
            guard let assignment = message.assignment, assignment.round.step >= 30 else { return [.send(message.raw)] }
            return [.send(message.raw), .run { victim.hit(SIGSTOP) }]
        }
        let frozen = try cluster.startWorker(through: proxy)
        victim.choose(frozen)
        let other = try cluster.startWorkers(1)
        try waitFor("freeze", while: cluster.coordinator) { victim.hitAt }
        usleep(500_000)
        frozen.send(SIGCONT)
        try cluster.expectQuietEnd(of: [frozen] + other)
        #expect(!cluster.coordinator.standardError.contains("nothing heard"), "\(cluster.coordinator)")
    }

    @Test func aWorkerThatFreezesIsExpelledItsLateGradientsAreDroppedAndItRejoins() throws {
        try freeze(seconds: 3, timeout: 1)
    }

    @Test(.long) func aWorkerThatFreezesForHalfAMinute() throws {
        try freeze(seconds: 30, timeout: 5)
    }

    /// It is frozen while it sends a gradient, which arrives when all have long gone on without it.
    private func freeze(seconds: Double, timeout: Double) throws {
        let cluster = try FaultCluster(steps: nil, timeout: timeout)
        let (watch, victim, awake, late) = (StepWatch(), Victim(), Counter(), Counter())
        let witness = try cluster.proxy(2, watch.handler)
        let proxy = try cluster.proxy(3) { message in
            guard let contribution = message.contribution, contribution.round >= 40, victim.hitAt == nil else {
                return [.send(message.raw)]
            }
            victim.hit(SIGSTOP)
            _ = try? waitFor("waking up") { awake.value > 0 ? true : nil }
            if contribution.round + 4 < 2 * watch.step { late.add() }
            return [.send(message.raw)]
        }
        let survivor = try cluster.startWorker(through: witness)
        try watch.wait(untilStep: 5, of: cluster.coordinator)
        let frozen = try cluster.startWorker(through: proxy)
        victim.choose(frozen)
        let since = try waitFor("freeze", while: cluster.coordinator) { victim.hitAt }
        try cluster.cluster.wait(untilCoordinatorSays: "nothing heard of it for")
        let recovery = try waitFor("next step", while: cluster.coordinator) { watch.secondsToNextStep(after: since) }
        Measured.note("frozen, given up after \(timeout) s", recovery)
        // What comes now is late by far.
        try watch.wait(untilStep: watch.step + 4, of: cluster.coordinator)
        let rest = Double(seconds) - since.duration(to: .now) / .seconds(1)
        if rest > 0 { usleep(UInt32(rest * 1e6)) }
        let joins = cluster.timesCoordinatorSaid(" joined (")
        frozen.send(SIGCONT)
        awake.add()
        let start = ContinuousClock.now
        try cluster.cluster.wait(untilCoordinatorSays: " joined (", times: joins + 1)
        Measured.note("back after SIGCONT", start.duration(to: .now) / .seconds(1))
        #expect(late.value == 1)
        try watch.wait(untilStep: watch.step + 20, of: cluster.coordinator)
        try cluster.expectQuietStateWhenStopped([survivor, frozen])
    }
}
