import Adversarial
import Messaging

/// Leases that take too long: other workers compute their shards too, as backup tasks do in MapReduce (Dean and Ghemawat,
/// 2004).
extension CoordinatorMachine {
    /// A lease is late after this multiple of the time it should take.
    private static let lateFactor = 1.5
    /// Before that, a backup must need less than this part of the time the lease still should take.
    private static let backupMargin = 0.8

    /// Asks idle workers to compute the shards of leases that are late, or that they will finish much sooner.
    mutating func leaseBackups(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        leases.nextBackup = nil
        guard let round = phase.roundInFlight, settings.safeguards.contains(.reassignment), members.ready.count > 1,
            let mean = shardTimes[work(of: round)]?.mean
        else { return }
        let busy = leases.busyPeers
        var idle = members.ready.filter {
            !busy.contains($0) && members[$0]!.overdueLease == nil && !nonfiniteReports.isInDoubt($0)
        }
        guard !idle.isEmpty else { return }
        let withBackup = leases.withBackup
        for lease in leases.inOrder where lease.isOpen && !withBackup.contains(lease.id) {
            if case .backup = lease.purpose { continue }
            let shards = lease.shards.filter { !isCovered($0) }
            guard let first = shards.first, let throughput = members[lease.peer]?.throughput,
                let start = throughput.busySince
            else { continue }
            let isVerification = lease.purpose == .verification
            let able = idle.filter { peer in
                peer != lease.peer && !(isVerification && isInvolved(peer, in: first))
                    && !shards.contains { fileFaults.isUnable(peer, to: $0) }
            }
            guard
                let peer = able.min(by: { members[$0]!.throughput.slowness < members[$1]!.throughput.slowness })
            else { continue }
            let duration = divisionWorker(lease.peer).end(of: throughput.shardsGiven) * mean
            let backupDuration = divisionWorker(peer).end(of: shards.count) * mean
            let late = start + Nanoseconds(duration * CoordinatorMachine.lateFactor)
            let rest = Double(start) + duration - Double(now)
            if now >= late || backupDuration < rest * CoordinatorMachine.backupMargin {
                self.lease(shards, to: peer, isVerification ? .verification : .backup(of: lease.id), now, &effects)
                idle.removeAll { $0 == peer }
            } else {
                leases.nextBackup = min(leases.nextBackup ?? late, late)
            }
        }
    }

    /// Leases the shards of workers that are alive but do not answer to others.
    mutating func expireLeases(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let round = phase.roundInFlight, let percentile = shardTimes[work(of: round)]?.percentile95 else {
            return
        }
        var hasExpired = false
        for lease in leases.inOrder where lease.isOpen && !lease.isOverdue {
            guard let member = members[lease.peer], now > lease.lastProgress + settings.cluster.leaseTime else {
                continue
            }
            let turns = (member.throughput.shardsGiven + member.threads - 1) / member.threads
            let limit = max(settings.cluster.leaseTime, Nanoseconds(3 * percentile * Double(turns)))
            guard now > lease.lastProgress + limit,
                members.ready.contains(where: { $0 != lease.peer && members[$0]!.overdueLease == nil })
            else { continue }
            leases.update(lease.id) { $0.isOverdue = true }
            members.update(lease.peer) { $0.overdueLease = lease.id }
            hasExpired = true
            let seconds = (now - lease.lastProgress).inSeconds
            effects.append(.report(.overdue(name: member.name, shards: lease.shards, seconds: seconds)))
        }
        if hasExpired { leaseMissing(now, &effects) }
    }
}
