import Messaging

/// Shards of the round in flight that workers cannot compute because of their files.
struct FileFaults: Sendable {
    /// What has been reported of each worker's files is bounded.
    private static let mostReported = 1000

    private var unable: [Int: Set<PeerIdentity>] = [:]
    /// When every worker is asked again for shards that none could compute.
    private var nextAttempt: Nanoseconds?
    private var reported: Set<String> = []

    mutating func add(_ shards: [Int], of peer: PeerIdentity) {
        for shard in shards { unable[shard, default: []].insert(peer) }
    }

    func isUnable(_ peer: PeerIdentity, to shard: Int) -> Bool { unable[shard]?.contains(peer) ?? false }

    /// Whether some worker cannot compute a shard.
    func affects(_ shard: Int) -> Bool { unable[shard] != nil }

    /// Whether a fault of a worker's files is to be reported: once for each.
    mutating func takeReport(worker: String, reason: String) -> Bool {
        reported.count < FileFaults.mostReported && reported.insert("\(worker) \(reason)").inserted
    }

    /// No ready worker can compute some shard: all are asked again at `time`.
    ///
    /// - Returns: false if they already wait for that.
    mutating func wait(until time: Nanoseconds) -> Bool {
        guard nextAttempt == nil else { return false }
        nextAttempt = time
        return true
    }

    /// Whether it is time to ask all workers again; forgets who was unable if so.
    mutating func takeAttempt(_ now: Nanoseconds) -> Bool {
        guard let time = nextAttempt, now >= time else { return false }
        end()
        return true
    }

    /// The round is complete.
    mutating func end() {
        unable.removeAll(keepingCapacity: true)
        nextAttempt = nil
    }
}
