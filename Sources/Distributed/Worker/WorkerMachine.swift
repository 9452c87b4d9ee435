import Adversarial

/// A worker's logic: joining, catching up, which shard to compute when, what to send.
///
/// A pure value, as `CoordinatorMachine` is. A worker keeps nothing that cannot be sent to it again.
package struct WorkerMachine: Sendable {
    private enum Phase: Hashable, Sendable {
        case joining(lastHello: Nanoseconds?)
        case preparing
        case working
        case ended
    }

    private struct OpenLease: Hashable, Sendable {
        let assignment: Assignment
        /// The sums to send, and how far their shards are: one chunk, the whole vector.
        let nodes: [ReductionNode]
        var progress: ReductionProgress
        var isStarted = false
        /// Sums not handed to the socket yet.
        var unsent: Int
    }

    package let settings: WorkerSettings
    /// Messages dropped as nonsense.
    package private(set) var malformed = 0

    private var phase: Phase
    private var welcome: Welcome?
    private var incarnation: UInt64 = 0
    /// The configurations that networks and data are built from, or are being built from.
    private var prepared: String?
    private var preparing: String?
    private var dataFingerprint = ""
    private var parameterLengths: [Network: Int] = [:]
    private var generator = ParameterAssembly(layout: ChunkLayout(length: 0))
    private var discriminator = ParameterAssembly(layout: ChunkLayout(length: 0))
    private var round: UInt64?
    private var receivedLease: UInt64 = 0
    private var leases: [UInt64: OpenLease] = [:]
    private var lastHeard: Nanoseconds
    private var lastHeartbeat: Nanoseconds
    private var lastTick: Nanoseconds

    package init(settings: WorkerSettings, now: Nanoseconds) {
        self.settings = settings
        phase = .joining(lastHello: nil)
        lastHeard = now
        lastHeartbeat = now
        lastTick = now
    }

    /// When it wants to be told the time at the latest.
    package var nextTick: Nanoseconds {
        lastTick + max(1_000_000, min(heartbeatInterval / 4, settings.patience / 2, settings.helloInterval / 2))
    }

    /// Floats of a chunk in this run.
    package var chunkLength: Int { welcome?.chunkLength ?? ChunkLayout.standardLength }

    package var hasEnded: Bool { phase == .ended }

    private var heartbeatInterval: Nanoseconds { max(1_000_000, welcome?.heartbeatInterval ?? .seconds(1)) }

    /// Takes an event in and says what is to be done about it.
    package mutating func handle(_ event: WorkerEvent, at now: Nanoseconds) -> [WorkerEffect] {
        var effects: [WorkerEffect] = []
        handle(event, at: now, into: &effects)
        return effects
    }

    /// The same, into an array that is used again.
    package mutating func handle(_ event: WorkerEvent, at now: Nanoseconds, into effects: inout [WorkerEffect]) {
        guard phase != .ended else { return }
        switch event {
        case .message(let message, let incarnation, let payloadBytes):
            receive(message, incarnation, payloadBytes, now, &effects)
        case .foreignVersion(let version):
            end(
                .refused(
                    "it speaks protocol version \(version), this worker \(WireProtocol.version); install the same"),
                &effects)
        case .malformed: malformed += 1
        case .prepared(let fingerprint, let lengths): becomeReady(fingerprint, lengths, now, &effects)
        case .preparationFailed(let reason): fail(reason, &effects)
        case .computed(let lease, let shard): fold(lease, shard, &effects)
        case .computationFailed(let lease, let shard, let reason):
            guard let open = leases[lease] else { return }
            let failure = ShardFailure(round: open.assignment.round.number, shard: shard, reason: reason)
            effects.append(.send(.failure(failure), incarnation: incarnation))
            end(.failed(reason), &effects)
        case .contributed(let lease, _):
            guard var open = leases[lease] else { return }
            open.unsent -= 1
            leases[lease] = open.unsent > 0 ? open : nil
        case .stop:
            effects.append(.send(.leave(reason: "it was stopped"), incarnation: incarnation))
            end(.stopped, &effects)
        case .tick: tick(now, &effects)
        }
    }

    // MARK: Joining

    private mutating func receive(
        _ message: CoordinatorMessage, _ incarnation: UInt64, _ payloadBytes: Int?, _ now: Nanoseconds,
        _ effects: inout [WorkerEffect]
    ) {
        lastHeard = max(lastHeard, now)
        switch message {
        case .welcome(let welcome): join(welcome, incarnation, now, &effects)
        case .refusal(let reason): end(.refused(reason), &effects)
        case .rejoin(let run): rejoin(run, now, &effects)
        case .goodbye(let reason, let finished):
            guard isCurrent(incarnation) else { return }
            effects.append(.send(.leave(reason: ""), incarnation: incarnation))
            end(finished ? .finished : .coordinatorStopped(reason), &effects)
        case .heartbeat: break
        case .parameters(let header):
            guard phase == .working, isCurrent(incarnation) else { return }
            store(header, payloadBytes, now, &effects)
        case .assignment(let assignment):
            guard phase == .working, isCurrent(incarnation) else { return }
            accept(assignment, now, &effects)
        }
    }

    private func isCurrent(_ incarnation: UInt64) -> Bool { incarnation == self.incarnation && incarnation != 0 }

    private mutating func join(
        _ welcome: Welcome, _ incarnation: UInt64, _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        guard case .joining = phase, incarnation != 0 else { return }
        if let run = self.welcome?.run, run != welcome.run { return refuseRun(welcome.run, &effects) }
        abandonAll(&effects)
        let isNew = incarnation != self.incarnation
        self.incarnation = incarnation
        self.welcome = welcome
        if isNew {
            // Another process counts leases and versions anew.
            receivedLease = 0
            round = nil
            resetParameters()
        }
        lastHeartbeat = now
        effects.append(.subscribe(welcome.publisher))
        if prepared == welcome.configuration {
            announceReady(&effects)
        } else {
            phase = .preparing
            prepare(welcome, &effects)
        }
    }

    private mutating func resetParameters() {
        generator = ParameterAssembly(layout: layout(of: .generator))
        discriminator = ParameterAssembly(layout: layout(of: .discriminator))
    }

    /// How a network's parameters are cut into chunks.
    private func layout(of network: Network) -> ChunkLayout {
        ChunkLayout(length: parameterLengths[network] ?? 0, chunkLength: chunkLength)
    }

    private mutating func prepare(_ welcome: Welcome, _ effects: inout [WorkerEffect]) {
        guard preparing == nil else { return }
        preparing = welcome.configuration
        effects.append(.prepare(welcome))
    }

    private mutating func becomeReady(
        _ fingerprint: String, _ lengths: [Network: Int], _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        prepared = preparing
        preparing = nil
        dataFingerprint = fingerprint
        parameterLengths = lengths
        resetParameters()
        guard phase == .preparing, let welcome else { return }
        if prepared == welcome.configuration { announceReady(&effects) } else { prepare(welcome, &effects) }
    }

    private mutating func announceReady(_ effects: inout [WorkerEffect]) {
        phase = .working
        effects.append(.send(.ready(dataFingerprint: dataFingerprint), incarnation: incarnation))
        effects.append(.report(.joined(run: welcome!.run)))
    }

    private mutating func rejoin(_ run: String, _ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        if let own = welcome?.run, own != run { return refuseRun(run, &effects) }
        if case .joining = phase { return }
        abandonAll(&effects)
        effects.append(.report(.rejoining))
        phase = .joining(lastHello: nil)
        hello(now, &effects)
    }

    private mutating func refuseRun(_ run: String, _ effects: inout [WorkerEffect]) {
        end(.refused("it runs \(run) now, and this worker belongs to \(welcome!.run); start a new worker"), &effects)
    }

    private mutating func hello(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        phase = .joining(lastHello: now)
        let hello = Hello(
            build: settings.build, numericFingerprint: settings.numericFingerprint, name: settings.name,
            threads: settings.threads, run: welcome?.run ?? "")
        effects.append(.send(.hello(hello), incarnation: 0))
    }

    // MARK: Rounds

    private mutating func accept(
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
    private mutating func start(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
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

    private mutating func askForParameters(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
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

    private mutating func store(
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
        guard arrival == .taken || arrival == .completed else { return }
        effects.append(.store(header.network, version: header.version, chunk: header.chunk))
        if arrival == .completed {
            effects.append(.adopt(header.network, version: header.version))
            start(now, &effects)
        } else if let request = withAssembly(header.network, { $0.requestMore(header.network, after: header.chunk) }) {
            effects.append(.send(.request(request), incarnation: incarnation))
        }
    }

    private mutating func withAssembly<Result>(
        _ network: Network, _ body: (inout ParameterAssembly) -> Result
    ) -> Result {
        network == .generator ? body(&generator) : body(&discriminator)
    }

    private mutating func fold(_ id: UInt64, _ shard: Int, _ effects: inout [WorkerEffect]) {
        guard var lease = leases[id] else { return }
        let leaf = ReductionNode(shard: shard)
        guard let node = lease.nodes.first(where: { lease.progress.shape.leaves(below: $0).contains(shard) }),
            let climb = lease.progress.insert(leaf, chunk: 0, limit: node)
        else { return }
        effects.append(.fold(lease: id, shard: shard, climb: climb))
        if lease.progress.isCovered(node, chunk: 0) {
            effects.append(.contribute(lease: id, lease.assignment.round, node, incarnation: incarnation))
        }
        leases[id] = lease
    }

    private mutating func abandonAll(_ effects: inout [WorkerEffect]) {
        for id in leases.keys.sorted() { effects.append(.abandon(lease: id)) }
        leases.removeAll(keepingCapacity: true)
    }

    // MARK: Time and the end

    private mutating func tick(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        // After a pause of this very process the silence was its own.
        let gap = now - min(now, lastTick)
        lastTick = now
        if gap > settings.coordinatorTimeout / 2 { lastHeard += gap }
        if now > lastHeard + settings.coordinatorTimeout {
            return end(.coordinatorLost(seconds: settings.coordinatorTimeout.inSeconds), &effects)
        }
        if case .joining(let lastHello) = phase {
            if lastHello == nil || now >= lastHello! + settings.helloInterval { hello(now, &effects) }
            return
        }
        if now >= lastHeartbeat + heartbeatInterval {
            lastHeartbeat = now
            let heartbeat = WorkerHeartbeat(
                ready: phase == .working, receivedLease: receivedLease,
                finishedLease: leases.keys.min().map { $0 - 1 } ?? receivedLease)
            effects.append(.send(.heartbeat(heartbeat), incarnation: incarnation))
        }
        if phase == .working { askForParameters(now, &effects) }
    }

    private mutating func fail(_ reason: String, _ effects: inout [WorkerEffect]) {
        effects.append(.send(.leave(reason: reason), incarnation: incarnation))
        end(.failed(reason), &effects)
    }

    private mutating func end(_ outcome: WorkerOutcome, _ effects: inout [WorkerEffect]) {
        phase = .ended
        effects.append(.end(outcome))
    }
}
