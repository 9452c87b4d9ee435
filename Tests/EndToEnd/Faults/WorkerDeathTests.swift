import Adversarial
import Foundation
import Testing

/// Workers that are killed: in every phase of a round, again and again, all at once. The bits are the quiet run's.
@Suite struct WorkerDeathTests {
    /// Where in its life a worker is when it dies.
    enum Phase: Hashable, Sendable, CustomTestStringConvertible {
        case joining
        case computing(RoundKind)
        /// With half of its gradient on the wire.
        case sending(RoundKind)

        static let all: [Phase] = [
            .joining, .computing(.discriminator), .computing(.generator), .sending(.discriminator),
            .sending(.generator),
        ]

        var testDescription: String {
            switch self {
            case .joining: "joining"
            case .computing(let kind): "computing in the \(kind)'s round"
            case .sending(let kind): "sending in the \(kind)'s round"
            }
        }
    }

    @Test(arguments: Phase.all) func aWorkerKilledInAnyPhase(phase: Phase) throws {
        // Long: that the run goes on before is by the connection's end, not by silence.
        let cluster = try FaultCluster(steps: nil, timeout: 2 * patience)
        let watch = StepWatch()
        let victim = Victim()
        let rounds = RoundKinds()
        let witness = try cluster.proxy(2, watch.handler)
        let fatal = try cluster.proxy(3) { message in
            rounds.note(message)
            switch phase {
            case .joining:
                if case .welcome = message.coordinator { return [.send(message.raw), .run { victim.hit(SIGKILL) }] }
            case .computing(let kind):
                if let assignment = message.assignment, assignment.round.kind == kind, assignment.round.step >= 30 {
                    return [.send(message.raw), .run { victim.hit(SIGKILL) }]
                }
            case .sending(let kind):
                if let contribution = message.contribution, rounds.kind(of: contribution.round) == kind,
                    contribution.round >= 60
                {
                    let half = Array(message.raw.prefix(message.raw.count / 2))
                    return [.send(half), .pause(seconds: 0.01), .run { victim.hit(SIGKILL) }]
                }
            }
            return [.send(message.raw)]
        }
        let survivor = try cluster.startWorker(through: witness)
        try watch.wait(untilStep: 10, of: cluster.coordinator)
        let killed = try cluster.startWorker(through: fatal)
        victim.choose(killed)
        #expect(try killed.wait() == .signal(SIGKILL), "\(killed)")
        let death = try #require(victim.hitAt)
        let recovery = try waitFor("next step", while: cluster.coordinator) { watch.secondsToNextStep(after: death) }
        try watch.wait(untilStep: watch.step + 20, of: cluster.coordinator)
        try cluster.expectQuietStateWhenStopped([survivor])
        Measured.note("killed while \(phase.testDescription)", recovery)
    }

    /// Every half second.
    @Test func aRandomWorkerKilledAgainAndAgain() throws {
        try killAtRandom(every: 0.5, times: 10)
    }

    @Test(.long) func aRandomWorkerKilledEveryFiveSecondsForFiveMinutes() throws {
        try killAtRandom(every: 5, times: 60)
    }

    /// Each is replaced at once. A coordinator that waits for its slowest worker, behind a proxy that delays, does few
    /// steps in the time: so the quiet run that it is compared with is short.
    private func killAtRandom(every seconds: Double, times: Int) throws {
        let cluster = try FaultCluster(steps: nil)
        let slow = try cluster.proxy(2) { [.pause(seconds: $0.contribution == nil ? 0 : 0.005), .send($0.raw)] }
        let steady = try cluster.startWorker(through: slow)
        var workers = try cluster.startWorkers(3)
        // Of those that were killed, some had not come to join: how many depends on how busy the machine is.
        var (kills, members) = (0, 0)
        while kills < times || members < times / 2 {
            usleep(UInt32(seconds * 1e6))
            let index = Int.random(in: workers.indices)
            if cluster.cluster.hasJoined(workers[index]) { members += 1 }
            workers[index].kill()
            workers[index] = try cluster.startWorker()
            kills += 1
            try #require(cluster.coordinator.poll() == nil, "\(cluster.coordinator)")
        }
        try cluster.cluster.wait(untilCoordinatorSays: "is gone", times: members)
        // The newest may not have come to join: they would wait for a coordinator that is gone.
        for worker in workers { worker.kill() }
        try cluster.expectQuietStateWhenStopped([steady])
    }

    @Test func allWorkersKilledAndOthersStarted() throws {
        let cluster = try FaultCluster(steps: nil)
        let watch = StepWatch()
        let proxy = try cluster.proxy(2, watch.handler)
        let workers = try [cluster.startWorker(through: proxy)] + cluster.startWorkers(1)
        try watch.wait(untilStep: 30, of: cluster.coordinator)
        for worker in workers { worker.send(SIGKILL) }
        try cluster.cluster.wait(untilCoordinatorSays: "no worker ready: waiting", times: 2)
        #expect(cluster.coordinator.poll() == nil)
        let step = watch.step
        let others = try [cluster.startWorker(through: proxy)] + cluster.startWorkers(1)
        try watch.wait(untilStep: step + 20, of: cluster.coordinator)
        #expect(cluster.timesCoordinatorSaid("going on with") == 2)
        try cluster.expectQuietStateWhenStopped(others)
    }

    /// In waves of five, half of which leave and half of which are killed.
    @Test func fiftyJoinsAndLeaves() throws {
        let cluster = try FaultCluster(steps: nil)
        let slow = try cluster.proxy(2) { [.pause(seconds: $0.contribution == nil ? 0 : 0.01), .send($0.raw)] }
        let steady = try cluster.startWorker(through: slow)
        for wave in 1...10 {
            let workers = try (0..<5).map { _ in try cluster.startWorker() }
            try cluster.cluster.wait(untilCoordinatorSays: " joined (", times: 1 + wave * 5)
            for (index, worker) in workers.enumerated() {
                if (index + wave) % 2 == 0 {
                    worker.kill()
                } else {
                    worker.send(SIGTERM)
                    #expect(try worker.wait() == .status(0), "\(worker)")
                }
            }
            try cluster.cluster.wait(untilCoordinatorSays: "is gone", times: wave * 5)
        }
        try cluster.expectQuietStateWhenStopped([steady])
    }
}

/// Which kind each round is of that has passed: a contribution names only its round.
private final class RoundKinds: @unchecked Sendable {  // the table is behind the lock
    private let lock = NSLock()
    private var kinds: [UInt64: RoundKind] = [:]

    func note(_ message: PassingMessage) {
        guard let round = message.assignment?.round else { return }
        lock.withLock { kinds[round.number] = round.kind }
    }

    func kind(of round: UInt64) -> RoundKind? { lock.withLock { kinds[round] } }
}
