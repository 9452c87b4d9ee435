import Adversarial

/// A worker's logic: joining, catching up, which shard to compute when, what to send.
///
/// A pure value, as `CoordinatorMachine` is. A worker keeps nothing that cannot be sent to it again: where another run has
/// begun at its coordinator's address, it forgets the old one and joins that.
package struct WorkerMachine: Sendable {
    enum Phase: Hashable, Sendable {
        case joining(lastHello: Nanoseconds?)
        /// The list of files is arriving.
        case fetching
        case preparing
        case working
        case ended
    }

    struct OpenLease: Hashable, Sendable {
        let assignment: Assignment
        /// The sums to send, and how far their shards are: one chunk, the whole vector.
        let nodes: [ReductionNode]
        var progress: ReductionProgress
        var isStarted = false
        /// Sums not handed to the socket yet.
        var unsent: Int
    }

    /// What networks and data are built from.
    struct Preparation: Hashable, Sendable {
        let run: String
        let configuration: String
        let fileList: FileListHeader?

        init(_ welcome: Welcome) {
            run = welcome.run
            configuration = welcome.configuration
            fileList = welcome.fileList
        }
    }

    package let settings: WorkerSettings
    /// Messages dropped as nonsense.
    package internal(set) var malformed = 0

    var phase: Phase
    var welcome: Welcome?
    var incarnation: UInt64 = 0
    /// What networks and data are built from, or are being built from.
    var prepared: Preparation?
    var preparing: Preparation?
    /// The list of files that is here or arriving, and how far it is: one version of one vector.
    var fileList: FileListHeader?
    var fileListAssembly = ParameterAssembly(layout: ChunkLayout(length: 0))
    var dataFingerprint = ""
    var parameterLengths: [Network: Int] = [:]
    var generator = ParameterAssembly(layout: ChunkLayout(length: 0))
    var discriminator = ParameterAssembly(layout: ChunkLayout(length: 0))
    var round: UInt64?
    var receivedLease: UInt64 = 0
    var leases: [UInt64: OpenLease] = [:]
    var lastHeard: Nanoseconds
    var lastHeartbeat: Nanoseconds
    var lastTick: Nanoseconds

    package init(settings: WorkerSettings, now: Nanoseconds) {
        self.settings = settings
        phase = .joining(lastHello: nil)
        lastHeard = now
        lastHeartbeat = now
        lastTick = now
    }

    /// When it wants to be told the time at the latest.
    package var nextTick: Nanoseconds {
        lastTick
            + max(
                1_000_000,
                min(
                    heartbeatInterval / 4, settings.patience / 2, settings.helloInterval / 2,
                    // Rarer, each tick would seem to come after a pause of this process.
                    settings.coordinatorTimeout / 8))
    }

    /// Floats of a chunk in this run.
    package var chunkLength: Int { welcome?.chunkLength ?? ChunkLayout.standardLength }

    package var hasEnded: Bool { phase == .ended }

    var heartbeatInterval: Nanoseconds { max(1_000_000, welcome?.heartbeatInterval ?? .seconds(1)) }

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
        case .preparationFailed(let reason): failToPrepare(reason, &effects)
        case .computed(let lease, let round, let shard): accumulate(lease, round, shard, &effects)
        case .notFinite(let lease, let round, let shard, let value): giveUp(lease, round, shard, value, &effects)
        case .computationFailed(let lease, let round, let shard, let reason, let fault):
            handBack(lease, round, shard, reason, fault, &effects)
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

    // MARK: Time and the end

    mutating func tick(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
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
        if phase == .fetching { askForFileList(now, &effects) }
    }

    mutating func fail(_ reason: String, _ effects: inout [WorkerEffect]) {
        effects.append(.send(.leave(reason: reason), incarnation: incarnation))
        end(.failed(reason), &effects)
    }

    mutating func end(_ outcome: WorkerOutcome, _ effects: inout [WorkerEffect]) {
        phase = .ended
        effects.append(.end(outcome))
    }
}
