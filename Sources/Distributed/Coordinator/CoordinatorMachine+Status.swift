import Adversarial
import Messaging

/// Steps per second, over the last seconds.
struct StepRate: Hashable, Sendable {
    private static let window = Nanoseconds.seconds(5)

    private(set) var step: UInt64?
    private var firstStep: UInt64 = 0
    private var start: Nanoseconds
    private var last = 0.0

    init(now: Nanoseconds) { start = now }

    /// The round at hand belongs to a step, which counts from 0.
    mutating func advance(to step: UInt64, at now: Nanoseconds) {
        if self.step == nil {
            firstStep = step
            start = now
        } else if now > start + StepRate.window {
            last = stepsPerSecond(at: now)
            firstStep = step
            start = now
        }
        self.step = step
    }

    func stepsPerSecond(at now: Nanoseconds) -> Double {
        guard let step, now > start else { return last }
        let elapsed = (now - start).inSeconds
        let rate = Double(step - min(step, firstStep)) / elapsed
        // Too short to tell: what was before counts for the rest of the second.
        return elapsed >= 1 ? rate : rate * elapsed + last * (1 - elapsed)
    }
}

extension CoordinatorMachine {
    /// Where the run is, and how each worker does.
    package func status(at now: Nanoseconds) -> ClusterStatus {
        var status = ClusterStatus()
        status.run = settings.run
        status.step = stepRate.step ?? 0
        status.steps = settings.steps
        status.stepsPerSecond = stepRate.stepsPerSecond(at: now)
        status.shards = settings.shards
        status.minWorkers = settings.minWorkers
        status.waitingSeconds = waitingSince.map { (now - min(now, $0)).inSeconds } ?? 0
        status.workers = roster.map { peer in workerStatus(peer, members[peer]!, now) }
        status.rejected = dropped
        return status
    }

    private func workerStatus(_ peer: PeerIdentity, _ member: Member, _ now: Nanoseconds) -> ClusterStatus.Worker {
        var worker = ClusterStatus.Worker()
        worker.name = member.name
        worker.identity = peer.description
        worker.isReady = member.isReady
        worker.threads = member.threads
        worker.shards = leases.values.filter { $0.peer == peer && $0.isOpen }.map(\.shards.count).reduce(0, +)
        worker.answeredShards = member.pace.answeredShards
        worker.millisecondsPerShard = member.pace.millisecondsPerShard
        worker.missedRounds = member.missedRounds
        worker.wrongShards = UInt64(member.wrongShards)
        worker.rejected = UInt64(member.rejected)
        worker.lastHeardSeconds = (now - min(now, member.lastHeard)).inSeconds
        return worker
    }
}
