import Adversarial
import TensorCore
import Testing

/// Penalties at some of the discriminator's updates alone.
@Suite struct LazyPenaltyTests {
    private func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        var model = ModelSettings.dcgan28
        (model.generatorWidth, model.discriminatorWidth, model.discriminatorNorm) = (8, 8, .none)
        var recipe = Recipe(model: model, shards: 2, shardBatch: 4, steps: 10, seed: 5)
        change(&recipe)
        return recipe
    }

    private func contribution(_ recipe: Recipe, batchIndex: UInt64, step: UInt64 = 0) -> [Float] {
        prepareComputeThread()
        let engine = ShardEngine(recipe: recipe)
        let state = TrainingState(recipe: recipe)
        let round = Round(
            number: 0, step: step, kind: .discriminator, batchIndex: batchIndex, generatorVersion: 0,
            discriminatorVersion: 0)
        var result = [Float](repeating: .nan, count: engine.contributionCount(.discriminator))
        result.withUnsafeMutableBufferPointer { buffer in
            engine.compute(
                round, shard: 0, generator: state.parameters(of: .generator).vector.values,
                discriminator: state.parameters(of: .discriminator).vector.values, computeThread: 0,
                into: buffer.baseAddress!
            ) { batch in
                RandomStream(seed: 9, purpose: .procedural, step: round.batchIndex)
                    .fillUniform(batch.samples, low: -1)
            }
        }
        return Array(result[..<state.layout.discriminatorParameters])
    }

    @Test func `between penalties a round is that of a recipe without`() {
        let lazy = recipe { ($0.r1, $0.r2, $0.penaltyEvery) = (1, 0.5, 4) }
        for batch in [1, 2, 3, 5] as [UInt64] {
            #expect(contribution(lazy, batchIndex: batch) == contribution(recipe(), batchIndex: batch))
        }
    }

    @Test func `a round with penalties has the interval times their weights`() {
        let lazy = recipe { ($0.r1, $0.r2, $0.penaltyEvery) = (1, 0.5, 4) }
        let eager = recipe { ($0.r1, $0.r2) = (4, 2) }
        for batch in [0, 4] as [UInt64] {
            let (found, expected) = (contribution(lazy, batchIndex: batch), contribution(eager, batchIndex: batch))
            let scale = expected.map(abs).max() ?? 0
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * scale })
            #expect(expected != contribution(recipe(), batchIndex: batch))
        }
    }

    @Test func `a scheduled weight is that of the round's step`() {
        let scheduled = recipe { $0.r1 = Schedule(.linear, from: 2, to: 0) }
        for (step, weight) in [(0, 2.0), (5, 1.0)] as [(UInt64, Double)] {
            let fixed = recipe { $0.r1 = Schedule(weight) }
            let found = contribution(scheduled, batchIndex: 0, step: step)
            let expected = contribution(fixed, batchIndex: 0, step: step)
            let scale = expected.map(abs).max() ?? 0
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * scale })
        }
    }

    /// Both rounds of a batch, and a checkpoint between them.
    @Test(arguments: [UpdateOrder.alternating, .simultaneous])
    func `training with lazy penalties reports them where they are, and resumes in the middle of a step`(
        _ order: UpdateOrder
    ) throws {
        let recipe = recipe {
            ($0.r1, $0.penaltyEvery, $0.updateOrder) = (1, 2, order)
            $0.generatorOptimizer.beta2 = Schedule(.cosine, from: 0.9, to: 0.99)
            $0.movingAverage = MovingAverage(halfLife: Schedule(.linear, from: 10, to: 100))
        }
        prepareComputeThread()
        let engine = ShardEngine(recipe: recipe)
        var state = TrainingState(recipe: recipe)
        var reported: [Bool] = []
        while reported.count < 4 {
            let round = try #require(state.nextRound)
            var sum = [Float](repeating: 0, count: engine.contributionCount(round.kind))
            for shard in 0..<recipe.shards {
                var part = sum.map { _ in Float.nan }
                let (generator, discriminator) = (
                    state.parameters(of: .generator), state.parameters(of: .discriminator)
                )
                part.withUnsafeMutableBufferPointer { buffer in
                    engine.compute(
                        round, shard: shard, generator: generator.vector.values,
                        discriminator: discriminator.vector.values, computeThread: 0, into: buffer.baseAddress!
                    ) { batch in
                        RandomStream(seed: 9, purpose: .procedural, step: round.batchIndex, shard: UInt32(shard))
                            .fillUniform(batch.samples, low: -1)
                    }
                }
                for index in sum.indices { sum[index] += part[index] }
            }
            let metrics = try state.apply(round, sum: sum)
            let copy = try TrainingState(recipe: recipe, tensors: state.tensors(), counters: state.counters)
            #expect(copy.tensors() == state.tensors())
            state = copy
            if let metrics { reported.append(metrics["r1Penalty"] != nil) }
        }
        #expect(reported == [true, false, true, false])
    }
}
