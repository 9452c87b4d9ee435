import Adversarial
import Messaging

/// Verification: two workers compute a shard, and their results are compared.
extension CoordinatorMachine {
    /// Whether a worker has been asked to compute a shard for verification, or has done so.
    func isInvolved(_ peer: PeerIdentity, in shard: Int) -> Bool {
        verification.results(shard).contains { $0.peer == peer } || leases.isVerifying(shard, peer)
    }

    /// Keeps a chunk of a result; two complete ones are compared.
    mutating func keep(
        _ header: ContributionHeader, _ lease: ShardLease, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        let shard = lease.shards[0]
        guard arrive(header, now), verification.wantsResult(shard) else {
            dropped.duplicate += 1
            return
        }
        effects.append(.keep(lease: lease.id, chunk: header.chunk))
        guard leases[lease.id]?.isOpen == false, let round = phase.roundInFlight else { return }
        guard let (first, second) = verification.add(.init(lease: lease.id, peer: lease.peer), for: shard) else {
            // If no other worker can compute it, it is accepted as it is.
            return leaseMissing(now, &effects)
        }
        effects.append(.verify(round, shard: shard, first: first.lease, second: second.lease))
    }

    mutating func finishVerification(
        _ number: UInt64, _ shard: Int, _ accepted: UInt64, _ wrong: [UInt64], _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let round = phase.roundInFlight, round.number == number, let results = verification.finish(shard) else {
            return
        }
        reduceKept(shard, accepted, &effects)
        for result in results where wrong.contains(result.lease) {
            members.update(result.peer) { $0.wrongShards += 1 }
            let reason = "its shard \(shard) of step \(round.step + 1) is not what the coordinator computes"
            cutOff(result.peer, reason, now, &effects)
        }
        completeIfDone(now, &effects)
    }

    /// No other worker can compute a shard: its only result is accepted as it is.
    mutating func acceptUnverified(_ shard: Int, _ effects: inout [CoordinatorEffect]) {
        if let result = verification.acceptUnverified(shard) { reduceKept(shard, result.lease, &effects) }
    }

    private mutating func reduceKept(_ shard: Int, _ lease: UInt64, _ effects: inout [CoordinatorEffect]) {
        let node = ReductionNode(shard: shard)
        for chunk in 0..<layout.count {
            guard let levels = progress.insert(node, chunk: chunk) else { continue }
            effects.append(.reduceKept(lease: lease, node, chunk: chunk, levels: levels))
        }
    }
}
