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
        /// Shards that it computed wrongly.
        package var wrongShards = 0
        /// Rounds that were complete before it had answered.
        package var missedRounds: UInt64 = 0
        /// Shards that it handed back because of its files, since it last computed one.
        var handedBack = 0
        /// The run that it belonged to before, where that is another.
        var formerRun: String?
        var pace = WorkerPace()
        /// A lease that it has held for too long: until that is answered or given up, others come first.
        var stalledLease: UInt64?
    }

    package let settings: CoordinatorSettings
    package internal(set) var dropped = ClusterStatus.Rejected()
    package internal(set) var members: [PeerIdentity: Member] = [:]
    package internal(set) var isFinished = false

    let shape: ReductionShape
    /// All members in the order in which they came: never iterate over a dictionary, whose order differs from process to
    /// process.
    var roster: [PeerIdentity] = []
    /// Ready workers in the order in which they became ready.
    var order: [PeerIdentity] = []
    var round: Round?
    var isRoundStarted = false
    var layout = ChunkLayout(length: 0)
    var progress: ReductionProgress
    var leases: [UInt64: ShardLease] = [:]
    var lastLease: UInt64 = 0
    var publishedVersions: [Network: UInt64] = [:]
    /// How shards were divided last, and among whom.
    var division: (peers: [PeerIdentity], counts: [Int]) = ([], [])
    var times: [RoundKind: ShardTimes] = [:]
    /// When a lease may be late enough for a spare.
    var nextSpare: Nanoseconds?
    /// Of the round in flight, by shard: answers to be compared, and who said that it is not finite.
    var checks: [Int: ShardCheck] = [:]
    var suspicions: [Int: Suspicion] = [:]
    /// Of the round in flight: who cannot compute a shard because of its files.
    var unable: [Int: Set<PeerIdentity>] = [:]
    /// When all are asked again for shards that nobody could compute.
    var nextAttempt: Nanoseconds?
    /// What has been said of whose files, so that it is said once.
    var fileReports: Set<String> = []
    /// Build and fingerprint of workers that were taken although these are not the coordinator's: each is warned of once.
    var mixedKinds: Set<String> = []
    /// Who has asked for the status, the last behind: they are told of the end.
    package internal(set) var watchers: [PeerIdentity] = []
    var cutOffPeers = CutOffPeers()
    var stepRate: StepRate
    var hasSaidNothingToCompare = false
    var isStopping = false
    /// How it ends, and since when it waits for its workers to take leave.
    var closing: (outcome: CoordinatorOutcome, since: Nanoseconds)?
    private var clock: SteadyClock
    var lastTick: Nanoseconds
    var lastHeartbeat: Nanoseconds
    var waitingSince: Nanoseconds?
    var lastNotice: Nanoseconds = 0

    package init(settings: CoordinatorSettings, now: Nanoseconds) {
        self.settings = settings
        shape = ReductionShape(shards: settings.shards)
        progress = ReductionProgress(shape: shape, chunks: 1)
        clock = SteadyClock(now: now)
        stepRate = StepRate(now: now)
        lastTick = now
        lastHeartbeat = now
    }

    /// Ready workers.
    package var readyWorkers: Int { order.count }

    /// When it wants to be told the time at the latest.
    package var nextTick: Nanoseconds {
        let regular = lastTick + min(settings.heartbeatInterval / 4, settings.workerTimeout / 8, .seconds(0.25))
        return clock.outer(max(lastTick + 1_000_000, min(regular, nextSpare ?? regular)))
    }

    /// Takes an event in and says what is to be done about it.
    package mutating func handle(_ event: CoordinatorEvent, at now: Nanoseconds) -> [CoordinatorEffect] {
        var effects: [CoordinatorEffect] = []
        handle(event, at: now, into: &effects)
        return effects
    }

    /// The same, into an array that is used again.
    package mutating func handle(
        _ event: CoordinatorEvent, at time: Nanoseconds, into effects: inout [CoordinatorEffect]
    ) {
        guard !isFinished else { return }
        let now = clock.read(time)
        guard closing == nil else { return close(event, now, &effects) }
        switch event {
        case .begin(let next): begin(next, now, &effects)
        case .message(let message, let incarnation, let peer, let payloadBytes):
            receive(message, incarnation, peer, payloadBytes, now, &effects)
        case .notFinite(let header, let incarnation, let peer):
            receiveNotFinite(header, incarnation, peer, now, &effects)
        case .otherFiles(let header, let incarnation, let peer, let reason):
            receiveOtherFiles(header, incarnation, peer, reason, now, &effects)
        case .compared(let round, let shard, let accepted, let wrong):
            settle(round, shard, accepted, wrong, now, &effects)
        case .foreignVersion(let version, let peer):
            guard reject(peer, now, &effects) else { return }
            let reason = "it speaks protocol version \(version), this coordinator \(WireProtocol.version)"
            effects.append(.send(.refusal(reason: reason), to: peer))
        case .malformed(let peer): reject(peer, now, &effects)
        // Found missing by a heartbeat, and sent again.
        case .damaged(let peer): if !isCutOff(peer) { dropped.damaged += 1 }
        case .unreachable(let peer):
            if members[peer]?.unreachableSince == nil { members[peer]?.unreachableSince = now }
        case .stop: stop(now, &effects)
        case .tick: tick(now, &effects)
        }
    }
}
