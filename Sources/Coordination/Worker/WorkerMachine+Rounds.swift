import Adversarial

/// Rounds: parameters in, shards computed, sums out.
extension WorkerMachine {
    mutating func accept(
        _ assignment: Assignment, _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        guard assignment.lease > receivedLease else { return }
        let shards = welcome!.shards
        guard !assignment.shards.isEmpty, assignment.shards.allSatisfy({ $0 >= 0 && $0 < shards }),
            Set(assignment.shards).count == assignment.shards.count
        else {
            malformed += 1
            return
        }
        receivedLease = assignment.lease
        if let round, assignment.round.number < round { return }
        if round != assignment.round.number {
            abandonAll(&effects)
            round = assignment.round.number
        }
        let shape = ReductionShape(shards: shards)
        let nodes = shape.maximalNodes(within: assignment.shards)
        leases[assignment.lease] = OpenLease(
            assignment: assignment, nodes: nodes, progress: ReductionProgress(shape: shape, chunks: 1),
            unsent: nodes.count)
        start(now, &effects)
        if let lease = leases[assignment.lease], !lease.isStarted {
            for shard in assignment.shards { effects.append(.prefetch(assignment.round, shard: shard)) }
        }
    }

    /// Starts the leases whose parameters are here; asks for what is not expected to come by itself.
    mutating func start(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        for (id, lease) in leases.sorted(by: { $0.key < $1.key }) where !lease.isStarted {
            let round = lease.assignment.round
            let hasGenerator = generator.need(round.generatorVersion, at: now)
            let hasDiscriminator = discriminator.need(round.discriminatorVersion, at: now)
            guard hasGenerator, hasDiscriminator else {
                askForParameters(now, &effects)
                continue
            }
            leases[id]!.isStarted = true
            for shard in lease.assignment.shards { effects.append(.compute(lease: id, round, shard: shard)) }
        }
    }

    mutating func askForParameters(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        guard leases.values.contains(where: { !$0.isStarted }) else { return }
        let patience = settings.patience
        for network in Network.allCases {
            guard let request = withAssembly(network, { $0.request(network, patience: patience, at: now) }) else {
                continue
            }
            effects.append(.report(.askedForParameters(network, version: request.version)))
            effects.append(.send(.request(request), incarnation: incarnation))
        }
    }

    mutating func store(
        _ header: ParametersHeader, _ payloadBytes: Int?, _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        let assembly = header.network == .generator ? generator : discriminator
        guard assembly.accepts(header, payloadBytes: payloadBytes) else {
            malformed += 1
            return
        }
        let arrival = withAssembly(header.network) {
            $0.insert(version: header.version, chunk: header.chunk, at: now)
        }
        let gap = withAssembly(header.network) { $0.longestGap }
        withAssembly(header.network == .generator ? .discriminator : .generator) { $0.sawTraffic(at: now, gap: gap) }
        guard arrival == .taken || arrival == .completed else { return }
        effects.append(.store(header.network, version: header.version, chunk: header.chunk))
        if arrival == .completed {
            effects.append(.adopt(header.network, version: header.version))
            start(now, &effects)
        } else if let request = withAssembly(header.network, { $0.requestMore(header.network, after: header.chunk) }) {
            effects.append(.send(.request(request), incarnation: incarnation))
        }
    }

    mutating func withAssembly<Result>(
        _ network: Network, _ body: (inout ParameterAssembly) -> Result
    ) -> Result {
        network == .generator ? body(&generator) : body(&discriminator)
    }

    mutating func accumulate(_ id: UInt64, _ round: Round, _ shard: Int, _ effects: inout [WorkerEffect]) {
        guard var lease = leases[id], lease.assignment.round == round else { return }
        let leaf = ReductionNode(shard: shard)
        guard let node = lease.nodes.first(where: { lease.progress.shape.leaves(below: $0).contains(shard) }),
            let levels = lease.progress.insert(leaf, chunk: 0, limit: node)
        else { return }
        effects.append(.accumulate(lease: id, shard: shard, levels: levels))
        if lease.progress.isCovered(node, chunk: 0) {
            effects.append(.contribute(lease: id, lease.assignment.round, node, incarnation: incarnation))
        }
        leases[id] = lease
    }

    /// Says that a shard's contribution is not finite, and gives up its lease: who computes what of it again is the
    /// coordinator's to decide.
    mutating func giveUp(
        _ id: UInt64, _ round: Round, _ shard: Int, _ value: NonfiniteValue, _ effects: inout [WorkerEffect]
    ) {
        guard leases[id]?.assignment.round == round else { return }
        leases[id] = nil
        let report = NotFinite(lease: id, round: round.number, step: round.step, shard: shard, value: value)
        effects.append(.abandon(lease: id))
        effects.append(.report(.notFinite(step: round.step, shard: shard, value)))
        effects.append(.send(.notFinite(report), incarnation: incarnation))
    }

    mutating func abandonAll(_ effects: inout [WorkerEffect]) {
        for id in leases.keys.sorted() { effects.append(.abandon(lease: id)) }
        leases.removeAll(keepingCapacity: true)
    }
}
