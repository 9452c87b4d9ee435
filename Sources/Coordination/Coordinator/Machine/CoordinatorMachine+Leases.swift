import Adversarial
import Messaging

/// Leases: which worker is asked for which shards.
extension CoordinatorMachine {
    mutating func lease(
        _ shards: [Int], to peer: PeerIdentity, _ purpose: ShardLease.Purpose, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard !shards.isEmpty, let round = phase.roundInFlight else { return }
        let id = leases.add(
            shards, to: peer, purpose, nodes: shape.maximalNodes(within: shards), chunks: layout.count, at: now)
        members.update(peer) { $0.throughput.give(shards.count, at: now) }
        effects.append(.send(.assignment(Assignment(lease: id, round: round, shards: shards)), to: peer))
    }

    /// Decides how many shards each available worker gets.
    mutating func divide() {
        let peers = members.available
        division.update(shards: settings.shards, among: peers, peers.map { divisionWorker($0) })
    }

    func divisionWorker(_ peer: PeerIdentity, load: Int = 0) -> ShardDivision.Worker {
        let member = members[peer]!
        return ShardDivision.Worker(threads: member.threads, shardTime: member.throughput.slowness, load: load)
    }

    /// Whether a shard's contribution is in the sum, or decided on.
    func isCovered(_ shard: Int) -> Bool {
        verification.isAccepted(shard) ?? progress.isCovered(shard: shard)
    }

    /// Shards that a worker must still be asked for; one under verification may be there twice.
    private func missingShards() -> [Int] {
        let holders = leases.holders(isVerified: verification.includes)
        return (0..<settings.shards).flatMap { shard in
            let wanted = verification.includes(shard) ? 2 - verification.results(shard).count : 1
            let count = isCovered(shard) ? 0 : max(0, wanted - holders[shard, default: 0])
            return [Int](repeating: shard, count: count)
        }
    }

    /// Leases the missing shards to the workers that will finish them first.
    ///
    /// - Parameter isReported: why they are missing has been reported.
    mutating func leaseMissing(
        _ now: Nanoseconds, isReported: Bool = false, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round = phase.roundInFlight, settings.safeguards.contains(.reassignment) else { return }
        let missing = missingShards()
        guard !missing.isEmpty else { return leaseBackups(now, &effects) }
        guard !members.ready.isEmpty else { return stall(now, &effects) }
        resume(&effects)
        var load = leases.load
        var parts: [PeerIdentity: [Int]] = [:]
        var reassigned: [Int] = []
        for shard in missing {
            guard let peer = bestWorker(for: shard, load) else {
                acceptUnverified(shard, &effects)
                if !isCovered(shard), fileFaults.affects(shard) { waitForFiles(shard, now, &effects) }
                continue
            }
            load[peer, default: 0] += 1
            if verification.includes(shard) {
                lease([shard], to: peer, .verification, now, &effects)
            } else {
                parts[peer, default: []].append(shard)
                reassigned.append(shard)
            }
        }
        if !reassigned.isEmpty, !isReported {
            effects.append(.report(.reassigned(shards: reassigned, round: round.number)))
        }
        for peer in members.ready { lease(parts[peer] ?? [], to: peer, .part, now, &effects) }
        completeIfDone(now, &effects)
    }

    /// The worker that finishes one more shard first, of those that may compute it.
    private func bestWorker(for shard: Int, _ load: [PeerIdentity: Int]) -> PeerIdentity? {
        var candidates = members.available
        if fileFaults.affects(shard) { candidates.removeAll { fileFaults.isUnable($0, to: shard) } }
        if verification.includes(shard) { candidates.removeAll { isInvolved($0, in: shard) } }
        // A worker whose numbers were wrong comes after all others, and last for the same shard.
        func doubt(_ peer: PeerIdentity) -> Int {
            nonfiniteReports[shard]?.peer == peer ? 2 : nonfiniteReports.isInDoubt(peer) ? 1 : 0
        }
        func end(_ peer: PeerIdentity) -> Double { divisionWorker(peer, load: load[peer] ?? 0).end(of: 1) }
        return candidates.min { (doubt($0), end($0)) < (doubt($1), end($1)) }
    }

    // MARK: The end of leases

    /// Forgets a lease that will not be answered.
    mutating func drop(_ lease: ShardLease) {
        leases.remove(lease.id)
        if !leases.hasOpenLease(lease.peer) { members.update(lease.peer) { $0.throughput.rest() } }
    }

    func work(of round: Round) -> ShardWork { ShardWork(round, penaltyEvery: settings.penaltyEvery) }

    /// Measures a worker that has answered all its leases.
    mutating func measure(_ peer: PeerIdentity, _ now: Nanoseconds) {
        guard let round = phase.roundInFlight, !leases.hasOpenLease(peer) else { return }
        var finished: Double?
        members.update(peer) { finished = $0.throughput.finish(threads: $0.threads, at: now) }
        guard let time = finished else { return }
        let work = work(of: round)
        shardTimes[work, default: ShardTimes()].add(time)
        let mean = shardTimes[work]!.mean!
        let hasOverdueLease = members[peer]?.overdueLease.map { leases[$0] != nil } ?? false
        members.update(peer) {
            $0.throughput.measure(time, mean: mean)
            if hasOverdueLease { $0.overdueLease = nil }
        }
    }

    /// The round is complete. A worker that has not answered took at least as long as the round so far.
    mutating func endLeases(_ round: Round, _ now: Nanoseconds) {
        let mean = shardTimes[work(of: round)]?.mean
        for peer in members.ready {
            let isLate = leases.hasOpenLease(peer)
            members.update(peer) { member in
                if isLate {
                    member.missedRounds += 1
                    let slowness = member.throughput.slowness
                    if let mean, let time = member.throughput.finish(threads: member.threads, at: now),
                        time > slowness * mean
                    {
                        member.throughput.measure(time, mean: mean)
                    }
                }
                member.throughput.endRound()
            }
        }
        leases.removeAll()
    }
}
