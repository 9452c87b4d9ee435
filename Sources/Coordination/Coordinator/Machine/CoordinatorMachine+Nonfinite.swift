import Adversarial
import Messaging

/// Contributions that are NaN or infinite: recomputed, by another worker if possible. If they are finite then, the first
/// worker was wrong; if not, the run ends.
extension CoordinatorMachine {
    /// A worker is cut off after this many wrong shards.
    private static let mostWrongShards = 3

    mutating func receive(
        _ report: NotFinite, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round = phase.roundInFlight, report.round == round.number, let lease = leases[report.lease] else {
            dropped.stale += 1
            return
        }
        guard lease.peer == peer, lease.shards.contains(report.shard), report.step == round.step,
            round.kind.networks.contains(report.value.network), (report.value.layer?.count ?? 0) <= 256
        else {
            reject(peer, now, &effects)
            return
        }
        recompute(report.shard, lease, report.value, round, now, &effects)
    }

    /// A contribution whose payload is not finite: its sender should have noticed.
    mutating func receiveNotFinite(
        _ header: ContributionHeader, _ incarnation: UInt64, _ peer: PeerIdentity, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard hear(peer, incarnation, now), isAnswer(header, of: peer, now, &effects),
            let round = phase.roundInFlight, let lease = leases[header.lease]
        else { return }
        let value = NonfiniteValue(network: round.kind.networks[0], layer: nil)
        recompute(header.node.firstShard, lease, value, round, now, &effects)
    }

    private mutating func recompute(
        _ shard: Int, _ lease: ShardLease, _ value: NonfiniteValue, _ round: Round, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[lease.peer] else { return }
        drop(lease)
        if isCovered(shard) {
            recordWrongResult(lease.peer, shard, now, &effects)
        } else if let first = nonfiniteReports[shard] {
            // The same worker's second report says nothing new while another one can be asked.
            if first.peer == lease.peer, members.available.contains(where: { $0 != lease.peer }) {
                return leaseMissing(now, &effects)
            }
            let error = CoordinationError.notFinite(
                step: round.step, shard: shard, value, workers: [first.name, member.name])
            return finish(.failed(error), now, &effects)
        } else {
            nonfiniteReports.add(NonfiniteReport(peer: lease.peer, name: member.name), on: shard)
            effects.append(.report(.notFinite(name: member.name, step: round.step, shard: shard, value)))
        }
        leaseMissing(now, &effects)
    }

    /// A worker computed a shard wrongly that another one computed correctly.
    mutating func recordWrongResult(
        _ peer: PeerIdentity, _ shard: Int, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer] else { return }
        members.update(peer) { $0.wrongShards += 1 }
        effects.append(.report(.wrongNumbers(name: member.name, shard: shard)))
        guard member.wrongShards + 1 >= CoordinatorMachine.mostWrongShards else { return }
        cutOff(peer, "it computed \(member.wrongShards + 1) shards wrongly", now, &effects)
    }
}
