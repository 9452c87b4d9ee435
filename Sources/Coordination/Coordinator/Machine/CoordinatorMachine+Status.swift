import Adversarial
import Messaging

/// What the coordinator tells those who ask for the status.
extension CoordinatorMachine {
    /// Beyond this many, the peer that asked longest ago is not told of the end.
    private static let mostWatchers = 64

    mutating func answerStatusRequest(
        _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        watchers.removeAll { $0 == peer }
        watchers.append(peer)
        if watchers.count > CoordinatorMachine.mostWatchers { watchers.removeFirst() }
        effects.append(.send(.status(status(at: now)), to: peer))
    }

    /// Where the run is, and how each worker does.
    package func status(at now: Nanoseconds) -> ClusterStatus {
        var status = ClusterStatus()
        status.run = settings.run
        status.step = stepRate.step ?? 0
        status.steps = settings.steps
        status.stepsPerSecond = stepRate.stepsPerSecond(at: now)
        status.shards = settings.shards
        status.minWorkers = settings.cluster.minWorkers
        status.waitingSeconds = phase.pause.map { (now - min(now, $0.since)).inSeconds } ?? 0
        let load = leases.load
        status.workers = members.all.map { peer in
            let member = members[peer]!
            var worker = ClusterStatus.Worker()
            worker.name = member.name
            worker.identity = peer.description
            worker.isReady = member.isReady
            worker.threads = member.threads
            worker.shards = load[peer] ?? 0
            worker.answeredShards = member.throughput.answeredShards
            worker.millisecondsPerShard = member.throughput.millisecondsPerShard
            worker.missedRounds = member.missedRounds
            worker.wrongShards = UInt64(member.wrongShards)
            worker.rejected = UInt64(member.rejected)
            worker.lastHeardSeconds = liveness.silence(of: peer, at: now).inSeconds
            return worker
        }
        status.rejected = dropped
        return status
    }
}
