import Adversarial
import Messaging

/// Leases: which worker is asked for which shards, and who else when that takes too long.
extension CoordinatorMachine {
    /// Another division must end so much earlier than the last one to be taken: a worker best keeps its shards.
    private static let inertia = 1.15
    /// A lease is late after so many times the time that it should take.
    private static let lateness = 1.5
    /// A spare must promise to be done in this part of the time that is left.
    private static let promise = 0.8

    mutating func lease(
        _ shards: [Int], to peer: PeerIdentity, _ purpose: ShardLease.Purpose, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard !shards.isEmpty, let round else { return }
        lastLease += 1
        leases[lastLease] = ShardLease(
            id: lastLease, peer: peer, purpose: purpose, shards: shards, nodes: shape.maximalNodes(within: shards),
            chunks: layout.count, at: now)
        members[peer]!.pace.give(shards.count, at: now)
        effects.append(.send(.assignment(Assignment(lease: lastLease, round: round, shards: shards)), to: peer))
    }

    /// Decides how many shards each worker gets: as before, unless the workers are others or it would end much earlier.
    mutating func divide() {
        let peers = willing
        let workers = peers.map { divisionWorker($0) }
        let counts = ShardDivision.counts(settings.shards, among: workers)
        if peers == division.peers {
            let best = ShardDivision.end(of: counts, among: workers)
            let kept = ShardDivision.end(of: division.counts, among: workers)
            if kept <= best * CoordinatorMachine.inertia { return }
        }
        division = (peers, counts)
    }

    /// Ready workers that are not stuck with an older lease; all, where that is nobody.
    var willing: [PeerIdentity] {
        let willing = order.filter { members[$0]!.stalledLease == nil }
        return willing.isEmpty ? order : willing
    }

    func divisionWorker(_ peer: PeerIdentity, load: Int = 0) -> ShardDivision.Worker {
        let member = members[peer]!
        return ShardDivision.Worker(threads: member.threads, shardTime: member.pace.slowness, load: load)
    }

    /// Whether a shard's contribution is in the sum, or as good as.
    func isCovered(_ shard: Int) -> Bool {
        checks[shard]?.isSettled ?? progress.isCovered(shard: shard)
    }

    /// Shards that somebody still has to be asked for; one that is to be compared may be there twice.
    private func missingShards() -> [Int] {
        var asked: [Int: Int] = [:]
        for lease in leases.values where !lease.isOverdue {
            for shard in lease.shards where lease.isOpen || checks[shard] == nil { asked[shard, default: 0] += 1 }
        }
        return (0..<settings.shards).flatMap { shard in
            let wanted = checks[shard].map { 2 - $0.answers.count } ?? 1
            let count = isCovered(shard) ? 0 : max(0, wanted - asked[shard, default: 0])
            return [Int](repeating: shard, count: count)
        }
    }

    /// Gives the shards that are missing and that nobody has been asked for to the workers that are done with them first.
    ///
    /// - Parameter isKnown: why they are missing has been said.
    mutating func leaseMissing(
        _ now: Nanoseconds, isKnown: Bool = false, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, isRoundStarted, settings.safeguards.contains(.reassignment) else { return }
        let missing = missingShards()
        guard !missing.isEmpty else { return leaseSpares(now, &effects) }
        guard !order.isEmpty else { return wait(now, &effects) }
        endWaiting(&effects)
        var load: [PeerIdentity: Int] = [:]
        for lease in leases.values where lease.isOpen { load[lease.peer, default: 0] += lease.shards.count }
        var parts: [PeerIdentity: [Int]] = [:]
        var reported: [Int] = []
        for shard in missing {
            guard let peer = bestWorker(for: shard, load) else {
                acceptAlone(shard, &effects)
                if !isCovered(shard), unable[shard] != nil { waitForFiles(shard, now, &effects) }
                continue
            }
            load[peer, default: 0] += 1
            if checks[shard] == nil {
                parts[peer, default: []].append(shard)
                reported.append(shard)
            } else {
                lease([shard], to: peer, .check, now, &effects)
            }
        }
        if !reported.isEmpty, !isKnown { effects.append(.report(.reassigned(shards: reported, round: round.number))) }
        for peer in order { lease(parts[peer] ?? [], to: peer, .part, now, &effects) }
        completeIfDone(round, now, &effects)
    }

    /// Who is done first with one shard more, of those that may compute it.
    private func bestWorker(for shard: Int, _ load: [PeerIdentity: Int]) -> PeerIdentity? {
        var candidates = willing
        if let unable = unable[shard] { candidates.removeAll(where: unable.contains) }
        if checks[shard] != nil { candidates.removeAll { isInvolved($0, in: shard) } }
        // One who got it wrong comes last, and one who got another shard wrong before it.
        func doubt(_ peer: PeerIdentity) -> Int {
            suspicions[shard]?.peer == peer ? 2 : isSuspected(peer) ? 1 : 0
        }
        func end(_ peer: PeerIdentity) -> Double { divisionWorker(peer, load: load[peer] ?? 0).end(of: 1) }
        return candidates.min { (doubt($0), end($0)) < (doubt($1), end($1)) }
    }

    // MARK: Leases that take too long

    /// Asks workers that have nothing to do for the shards of leases that are late, or that they will be done with sooner.
    mutating func leaseSpares(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        nextSpare = nil
        guard let round, isRoundStarted, settings.safeguards.contains(.reassignment), order.count > 1,
            let mean = times[round.kind]?.mean
        else { return }
        let busy = Set(leases.values.filter(\.isOpen).map(\.peer))
        var idle = order.filter {
            !busy.contains($0) && members[$0]!.stalledLease == nil && !isSuspected($0)
        }
        guard !idle.isEmpty else { return }
        let spared = Set(leases.values.compactMap { if case .spare(let id) = $0.purpose { id } else { nil } })
        for lease in leases.values.sorted(by: { $0.id < $1.id }) where lease.isOpen && !spared.contains(lease.id) {
            if case .spare = lease.purpose { continue }
            let shards = lease.shards.filter { !isCovered($0) }
            guard let first = shards.first, let start = members[lease.peer]?.pace.busySince else { continue }
            let isCheck = lease.purpose == .check
            let able = idle.filter { peer in
                peer != lease.peer && !(isCheck && isInvolved(peer, in: first))
                    && !shards.contains { unable[$0]?.contains(peer) == true }
            }
            guard let peer = able.min(by: { members[$0]!.pace.slowness < members[$1]!.pace.slowness }) else { continue }
            let duration = divisionWorker(lease.peer).end(of: members[lease.peer]!.pace.shardsGiven) * mean
            let own = divisionWorker(peer).end(of: shards.count) * mean
            let late = start + Nanoseconds(duration * CoordinatorMachine.lateness)
            let rest = Double(start) + duration - Double(now)
            if now >= late || own < rest * CoordinatorMachine.promise {
                self.lease(shards, to: peer, isCheck ? .check : .spare(of: lease.id), now, &effects)
                idle.removeAll { $0 == peer }
            } else {
                nextSpare = min(nextSpare ?? late, late)
            }
        }
    }

    /// Gives the shards of workers that are alive and do not answer to others.
    mutating func expireLeases(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let round, isRoundStarted, let percentile = times[round.kind]?.percentile95 else { return }
        var hasExpired = false
        for lease in leases.values.sorted(by: { $0.id < $1.id }) where lease.isOpen && !lease.isOverdue {
            guard let member = members[lease.peer], now > lease.lastProgress + settings.leaseTime else { continue }
            let turns = (member.pace.shardsGiven + member.threads - 1) / member.threads
            let limit = max(settings.leaseTime, Nanoseconds(3 * percentile * Double(turns)))
            guard now > lease.lastProgress + limit,
                order.contains(where: { $0 != lease.peer && members[$0]!.stalledLease == nil })
            else { continue }
            leases[lease.id]!.isOverdue = true
            members[lease.peer]!.stalledLease = lease.id
            hasExpired = true
            let seconds = (now - lease.lastProgress).inSeconds
            effects.append(.report(.overdue(name: member.name, shards: lease.shards, seconds: seconds)))
        }
        if hasExpired { leaseMissing(now, &effects) }
    }

    // MARK: The end of leases

    /// Forgets a lease that will not be answered.
    mutating func drop(_ lease: ShardLease) {
        leases[lease.id] = nil
        if !leases.values.contains(where: { $0.peer == lease.peer && $0.isOpen }) { members[lease.peer]?.pace.rest() }
    }

    /// Takes the time of a worker that has answered all that it was asked for.
    mutating func measure(_ peer: PeerIdentity, _ now: Nanoseconds) {
        guard let round, !leases.values.contains(where: { $0.peer == peer && $0.isOpen }),
            let threads = members[peer]?.threads,
            let time = members[peer]!.pace.finish(threads: threads, at: now)
        else { return }
        times[round.kind, default: ShardTimes()].add(time)
        members[peer]!.pace.measure(time, mean: times[round.kind]!.mean!)
        if let lease = members[peer]!.stalledLease, leases[lease] != nil { members[peer]!.stalledLease = nil }
    }

    /// The round is over: who has not answered yet took at least as long as it took so far.
    mutating func endLeases(_ now: Nanoseconds) {
        nextSpare = nil
        for peer in order {
            let threads = members[peer]!.threads
            if leases.values.contains(where: { $0.peer == peer && $0.isOpen }) {
                members[peer]!.missedRounds += 1
                let slowness = members[peer]!.pace.slowness
                if let round, let mean = times[round.kind]?.mean,
                    let time = members[peer]!.pace.finish(threads: threads, at: now), time > slowness * mean
                {
                    members[peer]!.pace.measure(time, mean: mean)
                }
            }
            members[peer]!.pace.endRound()
        }
        leases.removeAll(keepingCapacity: true)
    }
}
