import Adversarial
import Messaging

/// A worker's word that a shard's contribution is not finite.
struct Suspicion: Hashable, Sendable {
    let peer: PeerIdentity
    let name: String
}

/// Numbers that go wrong: computed once more, elsewhere if that is possible. Wrong again, they end the run; right, the
/// first worker was wrong.
extension CoordinatorMachine {
    /// So many wrong shards, and a worker is cut off.
    private static let mostWrongShards = 3

    mutating func hear(
        _ report: NotFinite, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, isRoundStarted, report.round == round.number, let lease = leases[report.lease] else {
            dropped.stale += 1
            return
        }
        guard lease.peer == peer, lease.shards.contains(report.shard), report.step == round.step,
            round.kind.networks.contains(report.value.network), (report.value.layer?.count ?? 0) <= 256
        else {
            reject(peer, now, &effects)
            return
        }
        suspect(report.shard, lease, report.value, round, now, &effects)
    }

    /// A contribution whose payload is not finite: its sender should have seen it.
    mutating func receiveNotFinite(
        _ header: ContributionHeader, _ incarnation: UInt64, _ peer: PeerIdentity, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard !isCutOff(peer) else { return }
        guard members[peer] != nil, incarnation == settings.incarnation else {
            dropped.stale += 1
            return
        }
        members[peer]!.lastHeard = now
        guard isAnswer(header, of: peer, now, &effects), let round, let lease = leases[header.lease] else { return }
        let value = NonfiniteValue(network: round.kind.networks[0], layer: nil)
        suspect(header.node.firstShard, lease, value, round, now, &effects)
    }

    private mutating func suspect(
        _ shard: Int, _ lease: ShardLease, _ value: NonfiniteValue, _ round: Round, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[lease.peer] else { return }
        drop(lease)
        if isCovered(shard) {
            blame(lease.peer, shard, now, &effects)
        } else if let first = suspicions[shard] {
            // Twice by the same worker says nothing new where another can be asked.
            if first.peer == lease.peer, willing.contains(where: { $0 != lease.peer }) {
                return leaseMissing(now, &effects)
            }
            let error = DistributedError.notFinite(
                step: round.step, shard: shard, value, workers: [first.name, member.name])
            return finish(.failed(error), now, &effects)
        } else {
            suspicions[shard] = Suspicion(peer: lease.peer, name: member.name)
            effects.append(.report(.notFinite(name: member.name, step: round.step, shard: shard, value)))
        }
        leaseMissing(now, &effects)
    }

    /// Whether a worker's numbers have gone wrong in this round, and nobody knows yet why.
    func isSuspected(_ peer: PeerIdentity) -> Bool { suspicions.values.contains { $0.peer == peer } }

    /// A worker computed wrongly what another computed rightly.
    mutating func blame(
        _ peer: PeerIdentity, _ shard: Int, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer] else { return }
        members[peer]!.wrongShards += 1
        effects.append(.report(.wrongNumbers(name: member.name, shard: shard)))
        guard member.wrongShards + 1 >= CoordinatorMachine.mostWrongShards else { return }
        cutOff(peer, "it computed \(member.wrongShards + 1) shards wrongly", now, &effects)
    }
}
