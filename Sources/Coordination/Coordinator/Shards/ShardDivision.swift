import Messaging

/// How the shards of a round are divided among workers: how many each gets, in order.
///
/// A new division replaces the current one only if it would finish 15 % sooner: moving a shard costs its worker's caches.
struct ShardDivision: Sendable {
    private static let rebalanceThreshold = 1.15

    /// A worker as the division sees it.
    struct Worker {
        var threads: Int
        /// Time of a shard on one of its threads, in any unit.
        var shardTime: Double
        /// Shards that it already has to compute.
        var load = 0

        /// When it finishes `shards` more: each of its threads computes one after another.
        func end(of shards: Int) -> Double { Double((load + shards + threads - 1) / threads) * shardTime }
    }

    private(set) var peers: [PeerIdentity] = []
    private(set) var counts: [Int] = []

    /// Divides `shards` among workers: keeps the current division while the workers are the same and it is good enough.
    mutating func update(shards: Int, among peers: [PeerIdentity], _ workers: [Worker]) {
        let best = ShardDivision.counts(shards, among: workers)
        if peers == self.peers {
            let bestEnd = ShardDivision.end(of: best, among: workers)
            guard ShardDivision.end(of: counts, among: workers) > bestEnd * ShardDivision.rebalanceThreshold else {
                return
            }
        }
        self.peers = peers
        counts = best
    }

    /// How many of `count` shards each worker gets so that the last one finishes as early as possible: each shard goes to the
    /// worker that finishes it first, the first of equals. For shards of equal work no other division finishes earlier.
    static func counts(_ count: Int, among workers: [Worker]) -> [Int] {
        var counts = [Int](repeating: 0, count: workers.count)
        for _ in 0..<count {
            let choice = workers.indices.min {
                workers[$0].end(of: counts[$0] + 1) < workers[$1].end(of: counts[$1] + 1)
            }
            counts[choice!] += 1
        }
        return counts
    }

    /// When the last worker finishes.
    static func end(of counts: [Int], among workers: [Worker]) -> Double {
        zip(workers, counts).filter { $1 > 0 }.map { $0.end(of: $1) }.max() ?? 0
    }
}
