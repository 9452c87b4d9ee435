import Adversarial

/// What decides how long a shard takes.
struct ShardWork: Hashable, Sendable {
    let kind: RoundKind
    /// Whether the round has penalties that others of its kind do not have.
    let isPenalized: Bool

    /// - Parameter penaltyEvery: every so many batches have penalties.
    init(_ round: Round, penaltyEvery: Int) {
        kind = round.kind
        isPenalized =
            penaltyEvery > 1 && round.kind != .generator && round.batchIndex % UInt64(penaltyEvery) == 0
    }
}

/// How long shards of one kind of work take, over all workers: from lease to answer, for one thread.
struct ShardTimes: Hashable, Sendable {
    private static let memory = 64
    /// Weight of the newest sample in the mean.
    private static let weight = 0.1

    /// Nanoseconds; nil before the first sample.
    private(set) var mean: Double?
    private var recent: [Double] = []
    private var next = 0

    mutating func add(_ nanoseconds: Double) {
        mean = mean.map { $0 + (nanoseconds - $0) * ShardTimes.weight } ?? nanoseconds
        if recent.count < ShardTimes.memory {
            recent.append(nanoseconds)
        } else {
            recent[next] = nanoseconds
            next = (next + 1) % ShardTimes.memory
        }
    }

    /// The time that 95 of 100 of the last samples do not exceed; nil before the first.
    var percentile95: Double? {
        guard !recent.isEmpty else { return nil }
        return recent.sorted()[min(recent.count - 1, recent.count * 95 / 100)]
    }
}
