/// The samples of a training in the order in which it comes to them first, each once.
package struct FirstUses: Sequence, IteratorProtocol {
    private let sampler: ShardSampler
    private let last: UInt64
    private var batch: UInt64
    private var shard = 0
    private var position = 0
    private var isSeen: [Bool]
    private var rest: Int

    /// - Parameters:
    ///   - first, last: the numbers of the training's first and last batch.
    package init(_ sampler: ShardSampler, first: UInt64, last: UInt64) {
        self.sampler = sampler
        // An epoch leaves out what fills no batch: after some epochs nearly every sample has had its turn.
        self.last = Swift.min(last, first + 4 * UInt64(sampler.batchesPerEpoch))
        batch = first
        isSeen = Array(repeating: false, count: sampler.count)
        rest = sampler.count
    }

    package mutating func next() -> Int? {
        while batch <= last, rest > 0 {
            let index = sampler.index(shard: shard, batchIndex: batch, position: position)
            advance()
            guard !isSeen[index] else { continue }
            isSeen[index] = true
            rest -= 1
            return index
        }
        return nil
    }

    private mutating func advance() {
        position += 1
        guard position == sampler.shardBatch else { return }
        position = 0
        shard += 1
        guard shard == sampler.shards else { return }
        shard = 0
        batch += 1
    }
}
