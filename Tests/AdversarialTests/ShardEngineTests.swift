import Adversarial
import NeuralNetworks
import TensorCore
import Testing

/// A shard's contribution depends on the shard alone.
@Suite struct ShardEngineTests {
    private func recipe(_ model: ModelSettings, _ updateOrder: UpdateOrder = .alternating) -> Recipe {
        var model = model
        (model.generatorWidth, model.discriminatorWidth) = (8, 8)
        return Recipe(model: model, updateOrder: updateOrder, shards: 4, shardBatch: 4, steps: 10, seed: 5)
    }

    @Test(arguments: [ModelSettings.lenet28, .mlp28, .dcgan28, .points2D], UpdateOrder.allCases)
    func independentOfWhoComputes(_ model: ModelSettings, _ updateOrder: UpdateOrder) throws {
        let recipe = recipe(model, updateOrder)
        let state = TrainingState(recipe: recipe)
        let keeper = ShardEngine(recipe: recipe, computeThreads: 2)
        for _ in 0..<4 {
            let round = try #require(state.nextRound)
            let expected = contribution(keeper, state, round, shard: 1)
            #expect(expected.allSatisfy { $0.isFinite })
            // On another thread, after another shard, and by one that never saw the round before.
            #expect(contribution(keeper, state, round, shard: 1, computeThread: 1) == expected)
            let stranger = ShardEngine(recipe: recipe)
            _ = contribution(stranger, state, round, shard: 3)
            #expect(contribution(stranger, state, round, shard: 1) == expected)
            _ = try completeRound(keeper, state)
        }
    }

    /// One pass of the fakes through the discriminator serves both losses: the simultaneous round gives the bits of the
    /// two rounds of the alternating order, taken at the same parameters. (Dropout would draw its masks once.)
    @Test(arguments: [ModelSettings.dcgan28, .points2D], LossKind.allCases)
    func simultaneousIsBothRoundsAtOnce(_ model: ModelSettings, _ loss: LossKind) throws {
        var recipe = recipe(model, .alternating)
        recipe.loss = loss
        let state = TrainingState(recipe: recipe)
        let apart = ShardEngine(recipe: recipe)
        var round = try #require(state.nextRound)
        var expected = contribution(apart, state, round, shard: 2)
        round.kind = .generator
        expected += contribution(apart, state, round, shard: 2)
        recipe.updateOrder = .simultaneous
        round.kind = .simultaneous
        #expect(contribution(ShardEngine(recipe: recipe), state, round, shard: 2) == expected)
    }

    /// A thread that still computes a shard whose lease was lost does not disturb another thread at the same shard.
    @Test func twoLanesAtOneShard() async throws {
        let recipe = recipe(.dcgan28)
        let state = TrainingState(recipe: recipe)
        var rounds = [try #require(state.nextRound)]
        rounds.append(rounds[0])
        rounds[1].batchIndex += 1
        let serial = ShardEngine(recipe: recipe)
        let expected = rounds.map { contribution(serial, state, $0, shard: 2) }
        let engine = ShardEngine(recipe: recipe, computeThreads: 2)
        // The parameters are only read while both threads run.
        nonisolated(unsafe) let shared = state
        for _ in 0..<10 {
            let results = await withTaskGroup(of: (Int, [Float]).self) { group in
                for thread in 0..<2 {
                    let round = rounds[thread]
                    group.addTask { (thread, contribution(engine, shared, round, shard: 2, computeThread: thread)) }
                }
                return await group.reduce(into: [[], []]) { $0[$1.0] = $1.1 }
            }
            #expect(results == expected)
        }
    }

    /// Counters that do not belong together are refused: they would change Adam's steps, or trap.
    @Test func forgedCounters() throws {
        let recipe = recipe(.points2D)
        let engine = ShardEngine(recipe: recipe)
        let state = TrainingState(recipe: recipe)
        for _ in 0..<3 { _ = try completeRound(engine, state) }
        let forgeries: [(inout TrainingCounters) -> Void] = [
            { $0.discriminatorVersion = 0 }, { $0.round = .max }, { $0.generatorVersion += 1 }, { $0.roundsInStep = 2 },
            { $0.roundsInStep = -1 }, { $0.step = .max }, { $0.pending = [:] },
            { $0.pending["realScore"] = .nan }, { $0.pending["generatorLoss"] = 0 },
        ]
        for forge in forgeries {
            var counters = state.counters
            forge(&counters)
            #expect {
                try TrainingState(recipe: recipe, tensors: state.tensors(), counters: counters)
            } throws: { "\($0)".hasPrefix("counters: ") }
        }
    }

    /// Any loss with any penalty trains: values are finite and parameters move.
    @Test(arguments: LossKind.allCases, [(0.0, 0.0), (1.0, 0.0), (0.0, 10.0)])
    func lossesAndPenalties(_ loss: LossKind, _ penalties: (r1: Double, gradient: Double)) throws {
        for model in [ModelSettings.points2D, .dcgan28] {
            var recipe = recipe(model)
            recipe.loss = loss
            recipe.r1 = Schedule(penalties.r1)
            recipe.gradientPenalty = Schedule(penalties.gradient)
            let state = TrainingState(recipe: recipe)
            let before = state.parameters(of: .discriminator).vector.array
            let engine = ShardEngine(recipe: recipe)
            var metrics: StepMetrics?
            for _ in 0..<4 { metrics = try completeRound(engine, state) }
            let last = try #require(metrics)
            #expect(last.discriminatorLoss.isFinite && last.generatorLoss.isFinite)
            #expect(last.discriminatorGradientNorm > 0 && last.generatorGradientNorm > 0)
            #expect((last.valueFunction != nil) == recipe.adversarialLoss.givesProbability)
            #expect(state.parameters(of: .discriminator).vector.array != before)
        }
    }

    /// Rounds of a step: so many for the discriminator, then the generator's, or both at once.
    @Test func orderOfRounds() throws {
        for (updateOrder, steps, kinds) in [
            (UpdateOrder.alternating, 1, [RoundKind.discriminator, .generator]),
            (.alternating, 2, [.discriminator, .discriminator, .generator]), (.simultaneous, 1, [.simultaneous]),
            (.simultaneous, 2, [.discriminator, .simultaneous]),
        ] {
            var recipe = recipe(.points2D, updateOrder)
            recipe.discriminatorSteps = steps
            let state = TrainingState(recipe: recipe)
            let engine = ShardEngine(recipe: recipe)
            for kind in kinds + kinds {
                #expect(state.nextRound?.kind == kind)
                _ = try completeRound(engine, state)
            }
            #expect(state.step == 2)
        }
    }

    /// A state that went through its tensors goes on with the same bits, also in the middle of a step.
    @Test(arguments: [ModelSettings.dcgan28, .lenet28], [4, 5])
    func resumes(_ model: ModelSettings, _ rounds: Int) throws {
        let recipe = recipe(model)
        let engine = ShardEngine(recipe: recipe)
        let state = TrainingState(recipe: recipe)
        for _ in 0..<rounds { _ = try completeRound(engine, state) }
        let resumed = try TrainingState(recipe: recipe, tensors: state.tensors(), counters: state.counters)
        let fresh = ShardEngine(recipe: recipe)
        for _ in 0..<3 {
            let metrics = try completeRound(engine, state)
            #expect(try completeRound(fresh, resumed) == metrics)
        }
        #expect(resumed.tensors() == state.tensors())
        #expect(resumed.counters == state.counters)
    }

    /// A gradient that is not finite changes nothing, and is named: of several the one that the backward pass came to first.
    @Test func notFinite() throws {
        let recipe = recipe(.dcgan28)
        let engine = ShardEngine(recipe: recipe)
        let state = TrainingState(recipe: recipe)
        let round = try #require(state.nextRound)
        var sum = contribution(engine, state, round, shard: 0)
        for entry in state.networks.discriminatorLayout.parameters[..<3] { sum[entry.offset + 3] = .nan }
        let before = state.tensors()
        #expect {
            try state.apply(round, sum: sum)
        } throws: { error in
            "\(error)".contains("step 1") && "\(error)".contains("discriminator") && "\(error)".contains("'2.weight'")
        }
        #expect(state.tensors() == before)
        #expect(state.nextRound == round)
    }

    /// A shard's contribution is looked through in the same way, and a loss without a layer is told from a gradient.
    @Test func notFiniteInAContribution() throws {
        let recipe = recipe(.dcgan28, .simultaneous)
        let engine = ShardEngine(recipe: recipe)
        let state = TrainingState(recipe: recipe)
        let round = try #require(state.nextRound)
        var values = contribution(engine, state, round, shard: 0)
        #expect(engine.firstNonfinite(in: values, of: round.kind) == nil)
        // The last value is the generator's loss, and its gradient begins its section.
        values[values.count - 1] = .infinity
        #expect(engine.firstNonfinite(in: values, of: round.kind) == .init(network: .generator, layer: nil))
        let entry = try #require(state.networks.generatorLayout.parameters.last)
        let section = state.layout.generatorParameters + state.layout.discriminatorAverages + 1
        values[values.count - section + entry.offset] = -.infinity
        #expect(engine.firstNonfinite(in: values, of: round.kind) == .init(network: .generator, layer: entry.name))
    }

    /// Clipping by the global norm: with c = ‖g‖/2 a round is the one whose gradient is g/2 (a power of two, so exactly but
    /// for the 10⁻⁶), and with c above ‖g‖ it changes nothing.
    @Test func clippingByTheGlobalNorm() throws {
        var recipe = recipe(.points2D)
        let engine = ShardEngine(recipe: recipe)
        let plain = TrainingState(recipe: recipe)
        let round = try #require(plain.nextRound)
        let sum = contribution(engine, plain, round, shard: 0)
        let count = plain.layout.discriminatorParameters
        let mean = sum[..<count].map { Double($0 / Float(recipe.shards)) }
        let norm = mean.map { $0 * $0 }.reduce(0, +).squareRoot()
        _ = try plain.apply(round, sum: sum)

        recipe.discriminatorOptimizer.clipNorm = norm * 1.01
        let loose = TrainingState(recipe: recipe)
        _ = try loose.apply(round, sum: sum)
        #expect(loose.tensors() == plain.tensors())

        recipe.discriminatorOptimizer.clipNorm = norm / 2
        let clipped = TrainingState(recipe: recipe)
        _ = try clipped.apply(round, sum: sum)
        let factor = Float(recipe.discriminatorOptimizer.clipNorm / (norm + 1e-6))
        for (before, after) in zip(plain.tensors(), clipped.tensors())
        where before.name.hasPrefix("adam.discriminator.exp_avg.") {
            // Adam's first moment after one update is (1 − β₁)g.
            guard case .float32(let whole) = before.values, case .float32(let short) = after.values else { continue }
            #expect(zip(whole, short).allSatisfy { abs($0 * factor - $1) <= 1e-6 * abs($1) })
            #expect(whole != short)
        }
    }

    @Test func wrongTensorsAreNamed() throws {
        let recipe = recipe(.points2D)
        let state = TrainingState(recipe: recipe)
        var missing = state.tensors()
        missing.removeAll { $0.name == "discriminator.2.weight" }
        var extra = state.tensors()
        extra.append(NamedTensor(name: "generator.9.weight", shape: [1], values: .float32([0])))
        var shape = state.tensors()
        shape[0].shape = [1, 2, 3]
        for (tensors, name) in [
            (missing, "discriminator.2.weight"), (extra, "generator.9.weight"), (shape, shape[0].name),
        ] {
            #expect {
                try TrainingState(recipe: recipe, tensors: tensors, counters: state.counters)
            } throws: { "\($0)".contains("'\(name)'") }
        }
    }
}
