import Adversarial
import Messaging

/// Rounds: who computes which shard, and which of the answers counts.
extension CoordinatorMachine {
    mutating func begin(_ next: Round?, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        round = next
        isRoundStarted = false
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
        let shares = ShardDivision.contiguous(
            Array(0..<settings.shards), threads: order.map { members[$0]!.threads })
        for (peer, shards) in zip(order, shares) { lease(shards, to: peer, now, &effects) }
    }

    func chunkLayout(_ length: Int) -> ChunkLayout {
        ChunkLayout(length: length, chunkLength: settings.chunkLength)
    }

    mutating func publish(_ network: Network, version: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard publishedVersions[network] != version else { return }
        publishedVersions[network] = version
        effects.append(.publish(network, version: version))
    }

    mutating func lease(
        _ shards: [Int], to peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard !shards.isEmpty, let round else { return }
        lastLease += 1
        leases[lastLease] = ShardLease(
            id: lastLease, peer: peer, shards: shards, nodes: shape.maximalNodes(within: shards), sentAt: now)
        effects.append(.send(.assignment(Assignment(lease: lastLease, round: round, shards: shards)), to: peer))
    }

    /// Gives the shards that are missing and that nobody has been asked for to the workers that have the least to do.
    mutating func leaseMissing(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let round, isRoundStarted, settings.defences.contains(.reassignment) else { return }
        let leased = Set(leases.values.flatMap(\.shards))
        let missing = (0..<settings.shards).filter { !leased.contains($0) && !progress.isCovered(shard: $0) }
        guard !missing.isEmpty else { return }
        guard !order.isEmpty else {
            wait(now, &effects)
            return
        }
        endWaiting(&effects)
        var load: [PeerIdentity: Int] = [:]
        for lease in leases.values { load[lease.peer, default: 0] += lease.shards.count }
        let shares = ShardDivision.leastLoaded(
            missing, threads: order.map { members[$0]!.threads }, load: order.map { load[$0] ?? 0 })
        effects.append(.report(.reassigned(shards: missing, round: round.number)))
        for (peer, shards) in zip(order, shares) { lease(shards, to: peer, now, &effects) }
    }

    mutating func contribute(
        _ header: ContributionHeader, _ peer: PeerIdentity, _ payloadBytes: Int?, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, isRoundStarted else {
            dropped.stale += 1
            return
        }
        if settings.defences.contains(.freshness) {
            guard header.round == round.number, let lease = leases[header.lease] else {
                dropped.stale += 1
                return
            }
            guard lease.peer == peer, lease.nodes.contains(header.node) else { return reject(peer) }
        }
        guard shape.contains(header.node), header.length == layout.length, header.chunk < layout.count,
            payloadBytes == layout.byteCount(of: header.chunk)
        else { return reject(peer) }
        let climb = progress.insert(header.node, chunk: header.chunk)
        if climb == nil {
            dropped.duplicate += 1
            guard !settings.defences.contains(.deduplication) else { return }
        }
        effects.append(.reduce(header.node, chunk: header.chunk, climb: climb ?? 0))
        guard progress.isComplete else { return }
        leases.removeAll(keepingCapacity: true)
        isRoundStarted = false
        self.round = nil
        effects.append(.complete(round))
    }
}
