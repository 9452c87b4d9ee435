import Adversarial
import Messaging

/// The coordinator's logic: who takes part, who computes what, what of the answers counts, when a round is complete.
///
/// A pure value: events with the time in, effects out; it touches no socket, no clock and no float. What it promises:
/// every round is completed with each shard counted once, whatever is lost, late, repeated or dead, as long as some
/// worker is there in the end.
package struct CoordinatorMachine: Sendable {
    package struct Member: Hashable, Sendable {
        package var name: String
        package var threads: Int
        package var isReady = false
        package var lastHeard: Nanoseconds
        package var unreachableSince: Nanoseconds?
        /// Messages of it that were dropped as nonsense.
        package var rejected = 0
    }

    /// Messages that were dropped, by reason.
    package struct Dropped: Hashable, Sendable {
        /// Of another round, lease or incarnation.
        package var stale = 0
        /// What had already come.
        package var duplicate = 0
        /// Nonsense.
        package var malformed = 0
    }

    package let settings: CoordinatorSettings
    package private(set) var dropped = Dropped()
    package private(set) var members: [PeerIdentity: Member] = [:]
    package private(set) var isFinished = false

    private let shape: ReductionShape
    /// All members in the order in which they came: never iterate over a dictionary, whose order differs from process to
    /// process.
    private var roster: [PeerIdentity] = []
    /// Ready workers in the order in which they became ready.
    private var order: [PeerIdentity] = []
    private var round: Round?
    private var isRoundStarted = false
    private var layout = ChunkLayout(length: 0)
    private var progress: ReductionProgress
    private var leases: [UInt64: ShardLease] = [:]
    private var lastLease: UInt64 = 0
    private var publishedVersions: [Network: UInt64] = [:]
    private var isStopping = false
    /// How it ends, and since when it waits for its workers to take leave.
    private var closing: (outcome: CoordinatorOutcome, since: Nanoseconds)?
    private var lastTick: Nanoseconds
    private var lastHeartbeat: Nanoseconds
    private var waitingSince: Nanoseconds?
    private var lastNotice: Nanoseconds = 0

    package init(settings: CoordinatorSettings, now: Nanoseconds) {
        self.settings = settings
        shape = ReductionShape(shards: settings.shards)
        progress = ReductionProgress(shape: shape, chunks: 1)
        lastTick = now
        lastHeartbeat = now
    }

    /// Ready workers.
    package var readyWorkers: Int { order.count }

    /// When it wants to be told the time at the latest.
    package var nextTick: Nanoseconds {
        lastTick + max(1_000_000, min(settings.heartbeatInterval / 4, settings.workerTimeout / 8, .seconds(0.25)))
    }

    /// Takes an event in and says what is to be done about it.
    package mutating func handle(_ event: CoordinatorEvent, at now: Nanoseconds) -> [CoordinatorEffect] {
        var effects: [CoordinatorEffect] = []
        handle(event, at: now, into: &effects)
        return effects
    }

    /// The same, into an array that is used again.
    package mutating func handle(
        _ event: CoordinatorEvent, at now: Nanoseconds, into effects: inout [CoordinatorEffect]
    ) {
        guard !isFinished else { return }
        guard closing == nil else { return close(event, now, &effects) }
        switch event {
        case .begin(let next): begin(next, now, &effects)
        case .message(let message, let incarnation, let peer, let payloadBytes):
            receive(message, incarnation, peer, payloadBytes, now, &effects)
        case .foreignVersion(let version, let peer):
            dropped.malformed += 1
            let reason = "it speaks protocol version \(version), this coordinator \(WireProtocol.version)"
            effects.append(.send(.refusal(reason: reason), to: peer))
        case .malformed(let peer): reject(peer)
        case .unreachable(let peer):
            if members[peer]?.unreachableSince == nil { members[peer]?.unreachableSince = now }
        case .stop: stop(now, &effects)
        case .tick: tick(now, &effects)
        }
    }

    // MARK: Rounds

    private mutating func begin(_ next: Round?, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        round = next
        isRoundStarted = false
        guard next != nil, !isStopping else {
            finish(next == nil ? .finished : .stopped, now, &effects)
            return
        }
        startRound(now, &effects)
    }

    /// Starts the round at hand as soon as enough workers are ready.
    private mutating func startRound(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
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

    private func chunkLayout(_ length: Int) -> ChunkLayout {
        ChunkLayout(length: length, chunkLength: settings.chunkLength)
    }

    private mutating func publish(_ network: Network, version: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard publishedVersions[network] != version else { return }
        publishedVersions[network] = version
        effects.append(.publish(network, version: version))
    }

    private mutating func lease(
        _ shards: [Int], to peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard !shards.isEmpty, let round else { return }
        lastLease += 1
        leases[lastLease] = ShardLease(
            id: lastLease, peer: peer, shards: shards, nodes: shape.maximalNodes(within: shards), sentAt: now)
        effects.append(.send(.assignment(Assignment(lease: lastLease, round: round, shards: shards)), to: peer))
    }

    /// Gives the shards that are missing and that nobody has been asked for to the workers that have the least to do.
    private mutating func leaseMissing(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let round, isRoundStarted else { return }
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

    private mutating func contribute(
        _ header: ContributionHeader, _ peer: PeerIdentity, _ payloadBytes: Int?, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, isRoundStarted, header.round == round.number, let lease = leases[header.lease] else {
            dropped.stale += 1
            return
        }
        guard lease.peer == peer, lease.nodes.contains(header.node), header.length == layout.length,
            header.chunk < layout.count, payloadBytes == layout.byteCount(of: header.chunk)
        else { return reject(peer) }
        guard let climb = progress.insert(header.node, chunk: header.chunk) else {
            dropped.duplicate += 1
            return
        }
        effects.append(.reduce(header.node, chunk: header.chunk, climb: climb))
        guard progress.isComplete else { return }
        leases.removeAll(keepingCapacity: true)
        isRoundStarted = false
        self.round = nil
        effects.append(.complete(round))
    }

    // MARK: Members

    private mutating func receive(
        _ message: WorkerMessage, _ incarnation: UInt64, _ peer: PeerIdentity, _ payloadBytes: Int?,
        _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if case .hello(let hello) = message { return greet(hello, peer, now, &effects) }
        guard members[peer] != nil else {
            switch message {
            case .heartbeat, .ready: effects.append(.send(.rejoin(run: settings.run), to: peer))
            default: dropped.stale += 1
            }
            return
        }
        members[peer]!.lastHeard = now
        members[peer]!.unreachableSince = nil
        guard incarnation == settings.incarnation else {
            dropped.stale += 1
            return
        }
        if payloadBytes != nil {
            guard case .contribution = message else { return reject(peer) }
        }
        switch message {
        case .hello: break
        case .ready(let fingerprint): admit(peer, fingerprint, now, &effects)
        case .heartbeat(let heartbeat): hear(heartbeat, peer, now, &effects)
        case .contribution(let header): contribute(header, peer, payloadBytes, now, &effects)
        case .request(let request): answer(request, peer, &effects)
        case .failure(let failure):
            remove(peer, "shard \(failure.shard) of round \(failure.round): \(failure.reason)", now, &effects)
        case .leave(let reason): remove(peer, reason.isEmpty ? "it left" : "it left: \(reason)", now, &effects)
        }
    }

    private mutating func greet(
        _ hello: Hello, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if let member = members[peer] {
            if member.isReady {
                remove(peer, "it starts anew", now, &effects)
            } else {
                // It repeats its hello until it is answered.
                members[peer] = nil
                roster.removeAll { $0 == peer }
            }
        }
        if let reason = reasonToRefuse(hello) {
            effects.append(.report(.refused(name: hello.name, reason: reason)))
            effects.append(.send(.refusal(reason: reason), to: peer))
            return
        }
        members[peer] = Member(name: hello.name, threads: min(max(1, hello.threads), 1024), lastHeard: now)
        roster.append(peer)
        let welcome = Welcome(
            run: settings.run, configuration: settings.configuration, publisher: settings.publisher,
            shards: settings.shards, heartbeatInterval: settings.heartbeatInterval, chunkLength: settings.chunkLength)
        effects.append(.send(.welcome(welcome), to: peer))
    }

    private func reasonToRefuse(_ hello: Hello) -> String? {
        if !hello.run.isEmpty, hello.run != settings.run {
            return "it belongs to run \(hello.run), and this is run \(settings.run); start a new worker"
        }
        if hello.build != settings.build {
            return "it is version \(hello.build) of ganglion and the coordinator is \(settings.build); install the same"
        }
        if hello.numericFingerprint != settings.numericFingerprint, !settings.allowsMixedArithmetic {
            return "its arithmetic gives other bits than the coordinator's (\(hello.numericFingerprint) and "
                + "\(settings.numericFingerprint)): another CPU family or oneDNN; --allow-mixed takes it and gives up that "
                + "runs repeat bit for bit"
        }
        return nil
    }

    private mutating func admit(
        _ peer: PeerIdentity, _ fingerprint: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer], !member.isReady else { return }
        guard fingerprint == settings.dataFingerprint else {
            let reason =
                "it reads other data (\(fingerprint)) than the coordinator (\(settings.dataFingerprint)); "
                + "give both the same files"
            effects.append(.report(.refused(name: member.name, reason: reason)))
            effects.append(.send(.refusal(reason: reason), to: peer))
            members[peer] = nil
            roster.removeAll { $0 == peer }
            return
        }
        members[peer]!.isReady = true
        order.append(peer)
        effects.append(.membership(order.count))
        effects.append(.report(.joined(name: member.name, workers: order.count)))
        if isRoundStarted { leaseMissing(now, &effects) } else { startRound(now, &effects) }
    }

    private mutating func remove(
        _ peer: PeerIdentity, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members.removeValue(forKey: peer) else { return }
        roster.removeAll { $0 == peer }
        for lease in leases.values where lease.peer == peer { leases[lease.id] = nil }
        guard let place = order.firstIndex(of: peer) else {
            effects.append(.report(.left(name: member.name, reason: reason, workers: order.count)))
            return
        }
        order.remove(at: place)
        effects.append(.membership(order.count))
        effects.append(.report(.left(name: member.name, reason: reason, workers: order.count)))
        leaseMissing(now, &effects)
    }

    private mutating func hear(
        _ heartbeat: WorkerHeartbeat, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if heartbeat.ready, !members[peer]!.isReady {
            // Its `ready` was lost.
            effects.append(.send(.rejoin(run: settings.run), to: peer))
            return
        }
        var isAnswerLost = false
        for lease in leases.values.sorted(by: { $0.id < $1.id }) where lease.peer == peer {
            if heartbeat.finishedLease >= lease.id {
                leases[lease.id] = nil
                isAnswerLost = isAnswerLost || !lease.shards.allSatisfy { progress.isCovered(shard: $0) }
            } else if heartbeat.receivedLease < lease.id, now > lease.sentAt + 2 * settings.heartbeatInterval,
                let round
            {
                leases[lease.id]!.sentAt = now
                let assignment = Assignment(lease: lease.id, round: round, shards: lease.shards)
                effects.append(.send(.assignment(assignment), to: peer))
            }
        }
        guard isAnswerLost else { return }
        effects.append(.report(.answerLost(name: members[peer]!.name)))
        leaseMissing(now, &effects)
    }

    private mutating func answer(
        _ request: ParametersRequest, _ peer: PeerIdentity, _ effects: inout [CoordinatorEffect]
    ) {
        guard publishedVersions[request.network] == request.version else {
            dropped.stale += 1
            return
        }
        let count = chunkLayout(settings.parameterLengths[request.network]!).count
        guard request.firstChunk < count else { return reject(peer) }
        let end = min(count, request.firstChunk + min(request.chunks, ParameterAssembly.credit))
        for chunk in request.firstChunk..<max(request.firstChunk, end) {
            effects.append(.sendParameters(request.network, version: request.version, chunk: chunk, to: peer))
        }
    }

    private mutating func reject(_ peer: PeerIdentity) {
        dropped.malformed += 1
        members[peer]?.rejected += 1
    }

    // MARK: Time and the end

    private mutating func tick(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        // After a long pause of this very process (stopped, or busy with a checkpoint) the silence was its own.
        let gap = now - min(now, lastTick)
        lastTick = now
        if gap > settings.workerTimeout / 2 {
            for peer in roster {
                members[peer]!.lastHeard += gap
                members[peer]!.unreachableSince = nil
            }
        }
        if now >= lastHeartbeat + settings.heartbeatInterval {
            lastHeartbeat = now
            for peer in roster { effects.append(.send(.heartbeat, to: peer)) }
        }
        for peer in roster {
            guard let member = members[peer] else { continue }
            if now > member.lastHeard + settings.workerTimeout {
                let seconds = Int((now - member.lastHeard).inSeconds.rounded())
                remove(peer, "nothing heard of it for \(seconds) s", now, &effects)
            } else if let since = member.unreachableSince, now > since + settings.disconnectionGrace {
                remove(peer, "its connection is closed", now, &effects)
            }
        }
        if waitingSince != nil, now >= lastNotice + settings.waitingNotice { notice(now, &effects) }
    }

    private mutating func wait(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard !isStopping else { return finish(.stopped, now, &effects) }
        guard waitingSince == nil else { return }
        waitingSince = now
        notice(now, &effects)
    }

    private mutating func notice(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        lastNotice = now
        let seconds = (now - waitingSince!).inSeconds
        effects.append(
            .report(.waiting(workers: order.count, needed: max(1, settings.minWorkers), seconds: seconds)))
    }

    private mutating func endWaiting(_ effects: inout [CoordinatorEffect]) {
        guard waitingSince != nil else { return }
        waitingSince = nil
        effects.append(.report(.resumed(workers: order.count)))
    }

    private mutating func stop(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        // A round that nobody computes would never end.
        guard !isStopping, isRoundStarted, !order.isEmpty else { return finish(.stopped, now, &effects) }
        isStopping = true
        effects.append(.report(.stopping))
    }

    /// Says goodbye to all, and waits a moment until they have taken leave: what is closed while a message is under way
    /// may lose it.
    private mutating func finish(
        _ outcome: CoordinatorOutcome, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        closing = (outcome, now)
        let reason = outcome == .finished ? "the run is complete" : "the coordinator was stopped"
        for peer in roster {
            effects.append(.send(.goodbye(reason: reason, finished: outcome == .finished), to: peer))
        }
        concludeIfAlone(&effects)
    }

    private mutating func close(
        _ event: CoordinatorEvent, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        switch event {
        case .message(.hello, _, let peer, _):
            effects.append(.send(.refusal(reason: "the run is over"), to: peer))
        case .message(.leave, _, let peer, _), .unreachable(let peer): roster.removeAll { $0 == peer }
        case .stop: roster.removeAll()
        case .tick:
            lastTick = now
            if now > closing!.since + settings.leavePatience { roster.removeAll() }
        default: return
        }
        concludeIfAlone(&effects)
    }

    private mutating func concludeIfAlone(_ effects: inout [CoordinatorEffect]) {
        guard roster.isEmpty, let closing else { return }
        isFinished = true
        effects.append(.finish(closing.outcome))
    }
}
