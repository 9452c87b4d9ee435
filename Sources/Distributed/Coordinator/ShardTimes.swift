/// How long shards of one kind of round take, over all workers: from lease to answer, for one thread.
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

/// How fast one worker is, as its answers show.
package struct WorkerPace: Hashable, Sendable {
    /// Weight of the newest sample.
    private static let weight = 0.3
    /// How much of the difference to the mean is forgiven for each round in which nothing was measured: a worker that was slow
    /// once is tried again.
    private static let forgiveness = 0.02

    /// The time that a shard takes it, relative to the mean over all workers.
    private(set) var slowness = 1.0
    /// Mean time of a shard on one thread; 0 before the first.
    private(set) var millisecondsPerShard = 0.0
    private(set) var answeredShards: UInt64 = 0
    /// Since when it has something to do, and how many shards it has been given since.
    private(set) var busySince: Nanoseconds?
    private(set) var shardsGiven = 0
    private var samples = 0
    private var isMeasured = false

    mutating func give(_ shards: Int, at now: Nanoseconds) {
        if busySince == nil {
            busySince = now
            shardsGiven = 0
        }
        shardsGiven += shards
    }

    /// It has nothing to do any more, and not because it has answered.
    mutating func rest() { busySince = nil }

    /// All that it was given is answered.
    ///
    /// - Returns: the time of a shard, nanoseconds.
    mutating func finish(threads: Int, at now: Nanoseconds) -> Double? {
        guard let start = busySince, shardsGiven > 0 else { return nil }
        busySince = nil
        answeredShards += UInt64(shardsGiven)
        let turns = (shardsGiven + threads - 1) / threads
        return Double(now - min(now, start)) / Double(turns)
    }

    /// Takes a shard's time in, beside the mean over all.
    mutating func measure(_ shardTime: Double, mean: Double) {
        guard mean > 0 else { return }
        let ratio = min(max(shardTime / mean, 0.02), 50)
        slowness = samples == 0 ? ratio : slowness + (ratio - slowness) * WorkerPace.weight
        let milliseconds = shardTime / 1e6
        millisecondsPerShard =
            samples == 0
            ? milliseconds : millisecondsPerShard + (milliseconds - millisecondsPerShard) * WorkerPace.weight
        samples += 1
        isMeasured = true
    }

    /// A round is over.
    mutating func endRound() {
        if !isMeasured, slowness > 1 { slowness -= (slowness - 1) * WorkerPace.forgiveness }
        isMeasured = false
        busySince = nil
    }

    mutating func shift(by gap: Nanoseconds) {
        if let busySince { self.busySince = busySince + gap }
    }
}
