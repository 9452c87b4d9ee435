import Adversarial
import Messaging

/// The coordinator's logic: who takes part, who computes which shards, which answers count, when a round is complete.
///
/// A pure value: events with the time in, effects out; it touches no socket, no clock and no float. It completes every
/// round with each shard counted once, whatever is lost, late, repeated or dead, as long as some worker is there in the
/// end. Its parts own their state: who the members are (`Membership`), whether they are alive (`Liveness`), what each
/// computes (`LeaseTable`), and which results are compared (`Verification`). The machine decides between them.
package struct CoordinatorMachine: Sendable {
    package let settings: CoordinatorSettings
    package internal(set) var dropped = ClusterStatus.Rejected()

    var phase = CoordinatorPhase.betweenRounds(isStopping: false)

    // Members.
    package internal(set) var members = Membership()
    var liveness: Liveness
    var admission: Admission
    var cutOffPeers = CutOffPeers()
    /// Peers that have asked for the status, the last one behind: they are told of the end.
    package internal(set) var watchers: [PeerIdentity] = []

    // The round in flight.
    let shape: ReductionShape
    var layout = ChunkLayout(length: 0)
    var progress: ReductionProgress
    var leases = LeaseTable()
    var verification: Verification
    var nonfiniteReports = NonfiniteReports()
    var fileFaults = FileFaults()

    // All rounds.
    var publishedVersions: [Network: UInt64] = [:]
    var division = ShardDivision()
    var shardTimes: [ShardWork: ShardTimes] = [:]
    var stepRate: StepRate

    package init(settings: CoordinatorSettings, now: Nanoseconds) {
        self.settings = settings
        liveness = Liveness(settings: settings, now: now)
        admission = Admission(settings: settings)
        shape = ReductionShape(shards: settings.shards)
        progress = ReductionProgress(shape: shape, chunks: 1)
        verification = Verification(share: settings.cluster.verificationShare, seed: settings.seed)
        stepRate = StepRate(now: now)
    }

    package var isFinished: Bool { phase == .closed }

    package var readyWorkers: Int { members.ready.count }

    /// When it must be told the time at the latest.
    package var nextTick: Nanoseconds { liveness.nextTick(deadline: leases.nextBackup) }

    /// Handles an event, and says what is to be done about it.
    package mutating func handle(_ event: CoordinatorEvent, at now: Nanoseconds) -> [CoordinatorEffect] {
        var effects: [CoordinatorEffect] = []
        handle(event, at: now, into: &effects)
        return effects
    }

    /// The same, but appends to an array that the caller reuses.
    package mutating func handle(
        _ event: CoordinatorEvent, at time: Nanoseconds, into effects: inout [CoordinatorEffect]
    ) {
        if case .closed = phase { return }
        let now = liveness.read(time)
        if case .closing(let outcome, let since) = phase { return close(event, outcome, since, now, &effects) }
        switch event {
        case .begin(let next): begin(next, now, &effects)
        case .message(let message, let incarnation, let peer, let payloadBytes):
            receive(message, incarnation, peer, payloadBytes, now, &effects)
        case .notFinite(let header, let incarnation, let peer):
            receiveNotFinite(header, incarnation, peer, now, &effects)
        case .otherFiles(let header, let incarnation, let peer, let reason):
            receiveOtherFiles(header, incarnation, peer, reason, now, &effects)
        case .verified(let round, let shard, let accepted, let wrong):
            finishVerification(round, shard, accepted, wrong, now, &effects)
        case .foreignVersion(let version, let peer):
            guard reject(peer, now, &effects) else { return }
            let reason = "it speaks protocol version \(version), this coordinator \(WireProtocol.version)"
            effects.append(.send(.refusal(reason: reason), to: peer))
        case .malformed(let peer): reject(peer, now, &effects)
        // A heartbeat will show that it is missing, and it is sent again.
        case .damaged(let peer): if !isCutOff(peer) { dropped.damaged += 1 }
        case .unreachable(let peer): liveness.unreachable(peer, at: now)
        case .stop: stop(now, &effects)
        case .tick: tick(now, &effects)
        }
    }
}
