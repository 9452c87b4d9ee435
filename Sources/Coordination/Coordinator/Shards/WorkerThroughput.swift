/// How fast one worker is, as its answers show.
struct WorkerThroughput: Hashable, Sendable {
    /// Weight of the newest sample.
    private static let weight = 0.3
    /// Part of the excess over the mean that is dropped after each round without a measurement, so that a worker that was
    /// slow once is tried again.
    private static let slownessDecay = 0.02

    /// The time that a shard takes it, relative to the mean over all workers.
    private(set) var slowness = 1.0
    /// Mean time of a shard on one thread; 0 before the first.
    private(set) var millisecondsPerShard = 0.0
    private(set) var answeredShards: UInt64 = 0
    /// When it last began to work, and how many shards it has been given since then.
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

    /// Its work was taken away before it answered.
    mutating func rest() { busySince = nil }

    /// It has answered all it was given.
    ///
    /// - Returns: the time of a shard on one of its threads, nanoseconds; nil if it had nothing to do.
    mutating func finish(threads: Int, at now: Nanoseconds) -> Double? {
        guard let start = busySince, shardsGiven > 0 else { return nil }
        busySince = nil
        answeredShards += UInt64(shardsGiven)
        let turns = (shardsGiven + threads - 1) / threads
        return Double(now - min(now, start)) / Double(turns)
    }

    /// Adds the time of a shard, given the mean over all workers.
    mutating func measure(_ shardTime: Double, mean: Double) {
        guard mean > 0 else { return }
        let ratio = min(max(shardTime / mean, 0.02), 50)
        slowness = samples == 0 ? ratio : slowness + (ratio - slowness) * WorkerThroughput.weight
        let milliseconds = shardTime / 1e6
        millisecondsPerShard =
            samples == 0
            ? milliseconds : millisecondsPerShard + (milliseconds - millisecondsPerShard) * WorkerThroughput.weight
        samples += 1
        isMeasured = true
    }

    /// A round is over.
    mutating func endRound() {
        if !isMeasured, slowness > 1 { slowness -= (slowness - 1) * WorkerThroughput.slownessDecay }
        isMeasured = false
        busySince = nil
    }

    mutating func shift(by gap: Nanoseconds) {
        if let busySince { self.busySince = busySince + gap }
    }
}
