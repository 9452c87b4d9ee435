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

    /// The discriminator's gradient.
    private func gradient(_ recipe: Recipe, batchIndex: UInt64, step: UInt64 = 0) -> ArraySlice<Float> {
        let state = TrainingState(recipe: recipe)
        let round = Round(
            number: 0, step: step, kind: .discriminator, batchIndex: batchIndex, generatorVersion: 0,
            discriminatorVersion: 0)
        return contribution(ShardEngine(recipe: recipe), state, round, shard: 0)[
            ..<state.layout.discriminatorParameters]
    }

    @Test func `between penalties a round is that of a recipe without`() {
        let lazy = recipe { ($0.r1, $0.r2, $0.penaltyEvery) = (1, 0.5, 4) }
        for batch in [1, 2, 3, 5] as [UInt64] {
            #expect(gradient(lazy, batchIndex: batch) == gradient(recipe(), batchIndex: batch))
        }
    }

    @Test func `a round with penalties has the interval times their weights`() {
        let lazy = recipe { ($0.r1, $0.r2, $0.penaltyEvery) = (1, 0.5, 4) }
        let eager = recipe { ($0.r1, $0.r2) = (4, 2) }
        for batch in [0, 4] as [UInt64] {
            let (found, expected) = (gradient(lazy, batchIndex: batch), gradient(eager, batchIndex: batch))
            let scale = expected.map(abs).max() ?? 0
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * scale })
            #expect(expected != gradient(recipe(), batchIndex: batch))
        }
    }

    @Test func `a scheduled weight is that of the round's step`() {
        let scheduled = recipe { $0.r1 = Schedule(.linear, from: 2, to: 0) }
        for (step, weight) in [(0, 2.0), (5, 1.0)] as [(UInt64, Double)] {
            let fixed = recipe { $0.r1 = Schedule(weight) }
            let found = gradient(scheduled, batchIndex: 0, step: step)
            let expected = gradient(fixed, batchIndex: 0, step: step)
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
        let engine = ShardEngine(recipe: recipe)
        var state = TrainingState(recipe: recipe)
        var reported: [Bool] = []
        while reported.count < 4 {
            let metrics = try completeRound(engine, state)
            let copy = try TrainingState(recipe: recipe, tensors: state.tensors(), counters: state.counters)
            #expect(copy.tensors() == state.tensors())
            state = copy
            if let metrics { reported.append(metrics["r1Penalty"] != nil) }
        }
        #expect(reported == [true, false, true, false])
    }
}
