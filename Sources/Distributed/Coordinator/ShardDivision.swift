/// How shards are divided among workers.
enum ShardDivision {
    /// A worker as the division sees it.
    struct Worker {
        var threads: Int
        /// Time of a shard on one of its threads, in any unit.
        var shardTime: Double
        /// Shards that it has to do already.
        var load = 0

        /// When it is done with so many shards more: each of its threads takes one after another.
        func end(of shards: Int) -> Double { Double((load + shards + threads - 1) / threads) * shardTime }
    }

    /// How many of `count` shards each worker gets so that the last is done as early as possible: one shard after another to
    /// whoever is done with it first; the first of equals. For shards of equal work no other division ends earlier.
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

    /// When the last worker is done.
    static func end(of counts: [Int], among workers: [Worker]) -> Double {
        zip(workers, counts).filter { $1 > 0 }.map { $0.end(of: $1) }.max() ?? 0
    }
}
