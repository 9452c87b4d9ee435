import Adversarial
import Messaging

/// Rounds: who computes which shard at first, and which answers count.
extension CoordinatorMachine {
    mutating func begin(_ next: Round?, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        if let next { stepRate.advance(to: next.step, at: now) }
        guard let next, !phase.isStopping else {
            return finish(next == nil ? .finished : .stopped, now, &effects)
        }
        start(next, now, &effects)
    }

    /// Starts a round if enough workers are ready.
    mutating func start(_ round: Round, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        let isPaused = phase.pause != nil
        guard members.ready.count >= max(1, settings.cluster.minWorkers) else {
            if !isPaused {
                phase = .waitingForWorkers(round, .init(since: now, lastReport: now))
                reportPause(now, &effects)
            }
            return
        }
        if isPaused { effects.append(.report(.resumed(workers: members.ready.count))) }
        phase = .roundInFlight(round, isStopping: false)
        publish(.generator, version: round.generatorVersion, &effects)
        publish(.discriminator, version: round.discriminatorVersion, &effects)
        layout = chunkLayout(settings.contributionLengths[round.kind]!)
        progress.reset(chunks: layout.count)
        effects.append(.prepareReduction(length: layout.length))
        divide()
        if verification.begin(round, shards: settings.shards, workers: members.ready.count) {
            effects.append(.report(.nothingToVerify))
        }
        var next = 0
        for (peer, count) in zip(division.peers, division.counts) {
            let shards = next..<next + count
            next += count
            lease(shards.filter { !verification.includes($0) }, to: peer, .part, now, &effects)
            for shard in shards where verification.includes(shard) {
                lease([shard], to: peer, .verification, now, &effects)
            }
        }
        if !verification.isEmpty { leaseMissing(now, &effects) }
    }

    func chunkLayout(_ length: Int) -> ChunkLayout {
        ChunkLayout(length: length, chunkLength: settings.chunkLength)
    }

    private mutating func publish(_ network: Network, version: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard publishedVersions[network] != version else { return }
        publishedVersions[network] = version
        effects.append(.publish(network, version: version))
    }

    mutating func contribute(
        _ header: ContributionHeader, _ peer: PeerIdentity, _ payloadBytes: Int?, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard isAnswer(header, of: peer, now, &effects) else { return }
        guard payloadBytes == layout.byteCount(of: header.chunk) else {
            reject(peer, now, &effects)
            return
        }
        if let lease = leases[header.lease], lease.purpose == .verification {
            keep(header, lease, now, &effects)
        } else {
            let levels = progress.insert(header.node, chunk: header.chunk)
            if levels == nil { dropped.duplicate += 1 }
            if levels != nil || !settings.safeguards.contains(.deduplication) {
                effects.append(.reduce(header.node, chunk: header.chunk, levels: levels ?? 0))
            }
            _ = arrive(header, now)
        }
        completeIfDone(now, &effects)
        if leases[header.lease]?.isOpen == false { leaseBackups(now, &effects) }
    }

    /// Whether this peer was asked for a contribution, and its sizes are as they must be.
    mutating func isAnswer(
        _ header: ContributionHeader, of peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) -> Bool {
        guard let round = phase.roundInFlight else {
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

    /// Notes a chunk of the answer to a lease.
    ///
    /// - Returns: false for a duplicate.
    mutating func arrive(_ header: ContributionHeader, _ now: Nanoseconds) -> Bool {
        guard let lease = leases[header.lease], let node = lease.nodes.firstIndex(of: header.node) else { return true }
        var isNew = false
        let chunks = layout.count
        leases.update(lease.id) { isNew = $0.take(node: node, chunk: header.chunk, of: chunks, at: now) }
        guard isNew else { return false }
        if leases[lease.id]?.isOpen == false {
            members.update(lease.peer) { $0.handedBack = 0 }
            measure(lease.peer, now)
        }
        return true
    }

    /// Ends the round once the sum over all shards is complete.
    mutating func completeIfDone(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let round = phase.roundInFlight, progress.isComplete else { return }
        phase = .betweenRounds(isStopping: phase.isStopping)
        endLeases(round, now)
        verification.end()
        fileFaults.end()
        effects.append(.complete(round))
        // What was not finite has been computed correctly by another worker.
        for (shard, report) in nonfiniteReports.takeAll() { recordWrongResult(report.peer, shard, now, &effects) }
    }
}
