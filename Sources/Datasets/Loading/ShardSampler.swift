/// Which samples a shard sees, and when. Shard s has the samples whose index is ≡ s mod `shards`; each epoch visits them in
/// another order, a keyed permutation of seed, epoch and shard. A rest that fills no batch is left out of the epoch; every
/// shard has the same number of batches.
package struct ShardSampler: Sendable {
    /// Samples of the data set.
    package let count: Int
    package let shards: Int
    package let shardBatch: Int
    package let seed: UInt64
    /// Batches of each shard in an epoch: ⌊⌊count / shards⌋ / shardBatch⌋.
    package let batchesPerEpoch: Int

    /// - Throws: `DatasetError` when an epoch has no batch.
    package init(count: Int, shards: Int, shardBatch: Int, seed: UInt64) throws {
        guard shards > 0, shardBatch > 0 else {
            throw DatasetError(
                .usage, "the batch is empty; expected at least 1 shard of 1 sample, got \(shards) × \(shardBatch)")
        }
        guard shards < 1 << 24 else {
            throw DatasetError(.usage, "there are too many shards; expected less than \(1 << 24), got \(shards)")
        }
        guard count / shards >= shardBatch else {
            throw DatasetError(
                .data,
                "the data set has too few samples for one batch; expected at least \(shards) shards × \(shardBatch), "
                    + "got \(count) sample\(count == 1 ? "" : "s"); "
                    + ShardSampler.advice(count: count, shards: shards, shardBatch: shardBatch))
        }
        self.count = count
        self.shards = shards
        self.shardBatch = shardBatch
        self.seed = seed
        batchesPerEpoch = count / shards / shardBatch
    }

    /// What to type where `count` samples do not fill a batch: the division that leaves the fewest out. Of several the one
    /// with the fewest shards: batch norm's statistics are those of a shard, which needs two samples for them.
    private static func advice(count: Int, shards: Int, shardBatch: Int) -> String {
        let least = min(2, shardBatch)
        var best = (shards: 0, batch: 0)
        for shards in 1...max(1, min(shards, count)) {
            let batch = min(shardBatch, count / shards)
            if batch >= least, shards * batch > best.shards * best.batch { best = (shards, batch) }
        }
        guard best.shards > 0 else { return "add more samples" }
        return "take a smaller batch: --set batch.shards=\(best.shards) --set batch.shardBatch=\(best.batch)"
    }

    /// The epoch, from 0, that batch `batchIndex` belongs to.
    package func epoch(ofBatch batchIndex: UInt64) -> UInt64 { batchIndex / UInt64(batchesPerEpoch) }

    /// The sample at `position` (0 ..< shardBatch) of batch `batchIndex` of `shard`.
    package func index(shard: Int, batchIndex: UInt64, position: Int) -> Int {
        let order = order(shard: shard, batchIndex: batchIndex)
        return order.permutation[order.first + position] * shards + shard
    }

    /// Calls `body` with the position and the index of each sample of batch `batchIndex` of `shard`.
    package func forEachIndex(shard: Int, batchIndex: UInt64, _ body: (Int, Int) throws -> Void) rethrows {
        let order = order(shard: shard, batchIndex: batchIndex)
        for position in 0..<shardBatch {
            try body(position, order.permutation[order.first + position] * shards + shard)
        }
    }

    private func order(shard: Int, batchIndex: UInt64) -> (permutation: KeyedPermutation, first: Int) {
        precondition(shard >= 0 && shard < shards, "there is no such shard")
        let ownCount = (count - shard + shards - 1) / shards
        let permutation = KeyedPermutation(count: ownCount, seed: seed, epoch: epoch(ofBatch: batchIndex), shard: shard)
        return (permutation, Int(batchIndex % UInt64(batchesPerEpoch)) * shardBatch)
    }
}
