import Datasets
import Testing

@Suite("Permutations and shards")
struct ShardSamplerTests {
    @Test("every size is permuted one to one", arguments: [1, 2, 3, 4, 5, 16, 17, 255, 256, 257, 1000, 4097, 15_000])
    func bijection(count: Int) {
        let permutation = KeyedPermutation(count: count, seed: 1, epoch: 2, shard: 3)
        #expect(Set((0..<count).map { permutation[$0] }) == Set(0..<count))
    }

    @Test("seed, epoch and shard each change the order, and the order is well mixed")
    func keys() {
        func order(_ seed: UInt64, _ epoch: UInt64, _ shard: Int) -> [Int] {
            let permutation = KeyedPermutation(count: 1000, seed: seed, epoch: epoch, shard: shard)
            return (0..<1000).map { permutation[$0] }
        }
        let orders = [order(1, 0, 0), order(2, 0, 0), order(1, 1, 0), order(1, 0, 1)]
        #expect(Set(orders).count == 4)
        #expect(order(1, 0, 0) == orders[0])
        for order in orders {
            // Fixed points of a random permutation are Poisson with mean 1; neighbours stay neighbours as rarely.
            #expect(order.enumerated().count { $0 == $1 } < 8)
            #expect(zip(order, order.dropFirst()).count { abs($0 - $1) == 1 } < 12)
        }
    }

    @Test("an epoch shows each shard its own samples once, a rest left out")
    func epoch() throws {
        // 103 samples on 4 shards: 26, 26, 26, 25; in batches of 6, four each.
        let sampler = try ShardSampler(count: 103, shards: 4, shardBatch: 6, seed: 11)
        #expect(sampler.batchesPerEpoch == 4)
        var second: [Int] = []
        for shard in 0..<4 {
            for epoch in 0..<2 {
                var seen: [Int] = []
                for batchIndex in UInt64(epoch * 4)..<UInt64(epoch * 4 + 4) {
                    #expect(sampler.epoch(ofBatch: batchIndex) == epoch)
                    sampler.forEachIndex(shard: shard, batchIndex: batchIndex) { position, index in
                        #expect(index == sampler.index(shard: shard, batchIndex: batchIndex, position: position))
                        seen.append(index)
                    }
                }
                #expect(seen.count == 24 && Set(seen).count == 24)
                #expect(seen.allSatisfy { $0 % 4 == shard && $0 < 103 })
                if epoch == 1 { #expect(seen != second) }
                second = seen
            }
        }
    }

    @Test("over the epochs, the rest left out is another each time: all samples are seen")
    func rest() throws {
        let sampler = try ShardSampler(count: 103, shards: 4, shardBatch: 6, seed: 12)
        var seen = Set<Int>()
        for shard in 0..<4 {
            for batchIndex in 0..<80 {
                sampler.forEachIndex(shard: shard, batchIndex: UInt64(batchIndex)) { seen.insert($1) }
            }
        }
        #expect(seen == Set(0..<103))
    }

    @Test(
        "the batch that is advised fits, keeps two samples in a shard, and leaves the fewest out",
        arguments: [
            // count, shards, shardBatch; what is advised
            (8, 4, 32, "--set batch.shards=1 --set batch.shardBatch=8"),
            (100, 4, 32, "--set batch.shards=4 --set batch.shardBatch=25"),
            (99, 4, 32, "--set batch.shards=3 --set batch.shardBatch=32"),
            (2, 4, 32, "--set batch.shards=1 --set batch.shardBatch=2"),
            (5, 4, 4, "--set batch.shards=1 --set batch.shardBatch=4"), (3, 8, 1, "--set batch.shards=3"),
            (1, 4, 32, "add more samples"),
        ])
    func advice(count: Int, shards: Int, shardBatch: Int, advice: String) throws {
        let few = try #require(
            #expect(throws: DatasetError.self) {
                try ShardSampler(count: count, shards: shards, shardBatch: shardBatch, seed: 0)
            })
        guard let match = few.description.firstMatch(of: /batch\.shards=(\d+) --set batch\.shardBatch=(\d+)$/),
            let advisedShards = Int(match.1), let advisedBatch = Int(match.2)
        else {
            #expect(few.description.hasSuffix(advice))
            return
        }
        let advised = try ShardSampler(count: count, shards: advisedShards, shardBatch: advisedBatch, seed: 0)
        #expect(advised.shards <= shards && advised.shardBatch <= shardBatch && advisedBatch >= min(2, shardBatch))
        // By trying all.
        var most = 0
        for s in 1...shards {
            for b in min(2, shardBatch)...shardBatch where s * b <= count { most = max(most, s * b) }
        }
        #expect(advisedShards * advisedBatch == most)
        #expect(few.description.contains(advice))
    }

    @Test("too few samples for one batch, and an empty batch, are refused")
    func refusals() throws {
        let few = #expect(throws: DatasetError.self) {
            try ShardSampler(count: 127, shards: 4, shardBatch: 32, seed: 0)
        }
        #expect(
            few?.description == "the data set has too few samples for one batch; expected at least 4 shards × 32, "
                + "got 127 samples; take a smaller batch: --set batch.shards=4 --set batch.shardBatch=31")
        #expect(try ShardSampler(count: 128, shards: 4, shardBatch: 32, seed: 0).batchesPerEpoch == 1)
        #expect(throws: DatasetError.self) { try ShardSampler(count: 10, shards: 0, shardBatch: 1, seed: 0) }
    }
}
