import Adversarial
import Messaging

/// Rounds: who computes which shard at first, and which of the answers counts.
extension CoordinatorMachine {
    mutating func begin(_ next: Round?, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        round = next
        isRoundStarted = false
        if let next { stepRate.advance(to: next.step, at: now) }
        guard next != nil, !isStopping else {
            finish(next == nil ? .finished : .stopped, now, &effects)
            return
        }
        startRound(now, &effects)
    }

    /// Starts the round at hand as soon as enough workers are ready.
    mutating func startRound(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let round, !isRoundStarted else { return }
        guard order.count >= max(1, settings.minWorkers) else {
            wait(now, &effects)
            return
        }
        endWaiting(&effects)
        isRoundStarted = true
        publish(.generator, version: round.generatorVersion, &effects)
        publish(.discriminator, version: round.discriminatorVersion, &effects)
        layout = chunkLayout(settings.contributionLengths[round.kind]!)
        progress.reset(chunks: layout.count)
        effects.append(.prepareReduction(length: layout.length))
        divide()
        chooseChecks(round, &effects)
        var next = 0
        for (peer, count) in zip(division.peers, division.counts) {
            let shards = next..<next + count
            next += count
            lease(shards.filter { checks[$0] == nil }, to: peer, .part, now, &effects)
            for shard in shards where checks[shard] != nil { lease([shard], to: peer, .check, now, &effects) }
        }
        if !checks.isEmpty { leaseMissing(now, &effects) }
    }

    func chunkLayout(_ length: Int) -> ChunkLayout {
        ChunkLayout(length: length, chunkLength: settings.chunkLength)
    }

    mutating func publish(_ network: Network, version: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard publishedVersions[network] != version else { return }
        publishedVersions[network] = version
        effects.append(.publish(network, version: version))
    }

    mutating func contribute(
        _ header: ContributionHeader, _ peer: PeerIdentity, _ payloadBytes: Int?, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard isAnswer(header, of: peer, now, &effects), let round else { return }
        guard payloadBytes == layout.byteCount(of: header.chunk) else {
            reject(peer, now, &effects)
            return
        }
        if let lease = leases[header.lease], lease.purpose == .check {
            keep(header, lease, now, &effects)
        } else {
            let climb = progress.insert(header.node, chunk: header.chunk)
            if climb == nil { dropped.duplicate += 1 }
            if climb != nil || !settings.safeguards.contains(.deduplication) {
                effects.append(.reduce(header.node, chunk: header.chunk, climb: climb ?? 0))
            }
            _ = arrive(header, now)
        }
        completeIfDone(round, now, &effects)
        if leases[header.lease]?.isOpen == false {
            leaseSpares(now, &effects)
        }
    }

    /// Whether a contribution is one that this peer was asked for, and has the sizes that it should have.
    mutating func isAnswer(
        _ header: ContributionHeader, of peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) -> Bool {
        guard let round, isRoundStarted else {
            dropped.stale += 1
            return false
        }
        if settings.safeguards.contains(.versionCheck) {
            guard header.round == round.number, let lease = leases[header.lease] else {
                dropped.stale += 1
                return false
            }
            guard lease.peer == peer, lease.nodes.contains(header.node) else {
                reject(peer, now, &effects)
                return false
            }
        }
        guard shape.contains(header.node), header.length == layout.length, header.chunk < layout.count else {
            reject(peer, now, &effects)
            return false
        }
        return true
    }

    /// Takes note of a chunk of a lease's answer.
    ///
    /// - Returns: false where it had come before.
    mutating func arrive(_ header: ContributionHeader, _ now: Nanoseconds) -> Bool {
        guard let node = leases[header.lease]?.nodes.firstIndex(of: header.node) else { return true }
        guard leases[header.lease]!.take(node: node, chunk: header.chunk, of: layout.count, at: now) else {
            return false
        }
        if !leases[header.lease]!.isOpen {
            members[leases[header.lease]!.peer]?.handedBack = 0
            measure(leases[header.lease]!.peer, now)
        }
        return true
    }

    /// Ends the round when the sum over all shards is there.
    mutating func completeIfDone(_ round: Round, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard isRoundStarted, progress.isComplete else { return }
        isRoundStarted = false
        endLeases(now)
        self.round = nil
        checks.removeAll(keepingCapacity: true)
        unable.removeAll(keepingCapacity: true)
        nextAttempt = nil
        effects.append(.complete(round))
        let suspected = suspicions.sorted { $0.key < $1.key }
        suspicions.removeAll(keepingCapacity: true)
        for (shard, suspicion) in suspected { blame(suspicion.peer, shard, now, &effects) }
    }
}
