import TensorCore

/// The random streams of a shard and a batch: no two of them meet, nor do they meet another shard's.
package struct ShardStreams: Sendable {
    let seed: UInt64
    let batchIndex: UInt64
    let shard: Int

    /// - Precondition: `shard` is below 4096, the most that a batch has.
    package init(seed: UInt64, batchIndex: UInt64, shard: Int) {
        precondition(0..<4096 ~= shard, "a batch has at most 4096 shards")
        self.seed = seed
        self.batchIndex = batchIndex
        self.shard = shard
    }

    package func stream(_ purpose: RandomPurpose) -> RandomStream { stream(purpose, part: 0) }

    /// The stream of dropout mask `number` of a pass.
    ///
    /// - Precondition: a network has at most 256 masks; there are at most 16 passes.
    package func dropout(pass: Int, _ number: Int) -> RandomStream {
        precondition(0..<16 ~= pass && 0..<256 ~= number, "a pass has at most 256 dropout masks")
        // The stream's 24 bits: 4 of the number's upper ones, 12 of the shard, 4 of the pass, 4 of the number's lower ones.
        return stream(.dropout, part: (number >> 4) << 20 | pass << 4 | number & 15)
    }

    /// The stream of the augmentation of a pass's samples.
    ///
    /// - Precondition: there are at most 16 passes.
    package func augmentation(pass: Int) -> RandomStream {
        precondition(0..<16 ~= pass, "there are at most 16 passes")
        return stream(.augmentation, part: pass)
    }

    private func stream(_ purpose: RandomPurpose, part: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: batchIndex, shard: UInt32(shard << 8 | part))
    }
}
