import Adversarial
import CAllocationCounter
import Coordination
import TensorCore
import Testing

/// A step allocates nothing once everything has been used: neither a worker's arithmetic nor a coordinator's.
@Suite(.enabled(if: allocation_counting_works() != 0, "allocations are counted with glibc and without a sanitizer"))
struct AllocationTests {
    /// The counter sees what it has to: else a zero would say nothing.
    @Test func countsAreSeen() {
        allocation_counting_start()
        let vector = AlignedVector(count: 100)
        let array = [Int](repeating: vector.count, count: 1000)
        let counts = allocation_counting_stop()
        #expect(array.count == 1000)
        #expect(counts.own == 3, "an object, its memory, an array: \(counts)")
        #expect(counts.products == 0)
    }

    @Test(arguments: [ModelSettings.lenet28, .mlp28, .dcgan28, .dcgan64, .points2D], UpdateOrder.allCases)
    func aHundredStepsAllocateNothing(_ model: ModelSettings, _ updateOrder: UpdateOrder) throws {
        var model = model
        (model.generatorWidth, model.discriminatorWidth) = (8, 8)
        var recipe = Recipe(model: model, updateOrder: updateOrder, shards: 3, shardBatch: 2, steps: 1000)
        recipe.gradientPenalty = updateOrder == .alternating ? 0 : 1
        if updateOrder == .simultaneous, model.model != "points" {
            recipe.augmentation = .diffAugment
            recipe.augmentation.probability = .adaptive
            recipe.flipsData = true
        }
        let engine = ShardEngine(recipe: recipe)
        let state = TrainingState(recipe: recipe)
        let shape = ReductionShape(shards: recipe.shards)
        let tree = ReductionTree(shape: shape)
        var progress = ReductionProgress(shape: shape, chunks: 1)
        let contribution = AlignedVector(count: RoundKind.allCases.map(engine.contributionCount).max()!)
        prepareComputeThread()

        func step() throws {
            let number = state.step
            while state.step == number {
                let round = state.nextRound!
                let count = engine.contributionCount(round.kind)
                tree.reset(length: count)
                progress.reset(chunks: 1)
                for shard in 0..<recipe.shards {
                    engine.compute(
                        round, shard: shard, generator: state.parameters(of: .generator).vector.values,
                        discriminator: state.parameters(of: .discriminator).vector.values, computeThread: 0,
                        into: contribution.pointer
                    ) { batch in
                        RandomStream(seed: 9, purpose: .procedural, step: round.batchIndex, shard: UInt32(shard))
                            .fillUniform(batch.samples, low: -1)
                    }
                    let node = ReductionNode(shard: shard)
                    tree.insert(
                        UnsafeRawBufferPointer(start: contribution.pointer, count: count * MemoryLayout<Float>.stride),
                        node: node, range: 0..<count, levels: progress.insert(node, chunk: 0)!)
                }
                _ = try state.apply(round, sum: tree.sum.baseAddress!)
            }
        }

        for _ in 0..<3 { try step() }
        allocation_counting_start()
        let result = Result { for _ in 0..<100 { try step() } }
        let counts = allocation_counting_stop()
        try result.get()
        #expect(counts.own == 0, "\(counts)")
        // What oneDNN allocates is its own affair; that its calls were seen shows that they were counted apart.
        #expect(counts.products >= 100 * 2 * recipe.shards)
    }
}
