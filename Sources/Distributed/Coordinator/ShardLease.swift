import Messaging

/// Shards of the round in flight that one worker has been asked to compute.
struct ShardLease: Hashable, Sendable {
    let id: UInt64
    let peer: PeerIdentity
    let shards: [Int]
    /// The sums that will come in answer.
    let nodes: [ReductionNode]
    var sentAt: Nanoseconds
}

/// How shards are divided among workers.
enum ShardDivision {
    /// Contiguous shares in proportion to each worker's threads, in the workers' order: as long as the workers stay, each
    /// keeps its shards, and neighbouring shards make complete subtrees.
    static func contiguous(_ shards: [Int], threads: [Int]) -> [[Int]] {
        let total = threads.reduce(0, +)
        var shares: [[Int]] = []
        var before = 0
        for count in threads {
            let start = shards.count * before / total
            before += count
            shares.append(Array(shards[start..<shards.count * before / total]))
        }
        return shares
    }

    /// One shard after another to whoever has the least to do for each of its threads; the first of equals.
    static func leastLoaded(_ shards: [Int], threads: [Int], load: [Int]) -> [[Int]] {
        var load = load
        var shares = [[Int]](repeating: [], count: threads.count)
        for shard in shards {
            let choice = threads.indices.min { (load[$0] + 1) * threads[$1] < (load[$1] + 1) * threads[$0] }!
            shares[choice].append(shard)
            load[choice] += 1
        }
        return shares
    }
}
