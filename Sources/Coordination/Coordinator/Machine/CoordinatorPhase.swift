import Adversarial

/// What a coordinator is doing.
enum CoordinatorPhase: Hashable, Sendable {
    /// No round is in flight: the first one has not begun, or the sum of the last one is being applied.
    case betweenRounds(isStopping: Bool)
    /// The next round starts when more workers are ready.
    case waitingForWorkers(Round, Pause)
    /// Workers compute the shards of a round. When it is stopping, this round is the last.
    case roundInFlight(Round, isStopping: Bool)
    /// A round is in flight, but no worker is ready any more.
    case roundStalled(Round, Pause)
    /// All peers have been told goodbye; members have a moment to leave.
    case closing(CoordinatorOutcome, since: Nanoseconds)
    case closed

    /// A time without enough workers.
    struct Pause: Hashable, Sendable {
        let since: Nanoseconds
        /// When it was last reported.
        var lastReport: Nanoseconds
    }

    /// The round whose shards workers compute.
    var roundInFlight: Round? {
        switch self {
        case .roundInFlight(let round, _), .roundStalled(let round, _): round
        case .betweenRounds, .waitingForWorkers, .closing, .closed: nil
        }
    }

    var pause: Pause? {
        switch self {
        case .waitingForWorkers(_, let pause), .roundStalled(_, let pause): pause
        case .betweenRounds, .roundInFlight, .closing, .closed: nil
        }
    }

    /// Whether no further round may start.
    var isStopping: Bool {
        switch self {
        case .betweenRounds(let isStopping), .roundInFlight(_, let isStopping): isStopping
        case .waitingForWorkers, .roundStalled: false
        case .closing, .closed: true
        }
    }

    /// Notes that the pause was reported.
    mutating func markPauseReported(at now: Nanoseconds) {
        switch self {
        case .waitingForWorkers(let round, var pause):
            pause.lastReport = now
            self = .waitingForWorkers(round, pause)
        case .roundStalled(let round, var pause):
            pause.lastReport = now
            self = .roundStalled(round, pause)
        case .betweenRounds, .roundInFlight, .closing, .closed: break
        }
    }
}
