import Adversarial
import NeuralNetworks
import TensorCore
import Testing

/// A run that begins with another's state goes on with its counts of updates and begins its own steps at 0.
struct TrainingOriginTests {
    private static func recipe(steps: Int = 4) -> Recipe {
        Recipe(
            model: ModelSettings(
                model: "points", latentSize: 2, generatorWidth: 4, discriminatorWidth: 4, generatorNorm: .none,
                discriminatorNorm: .none), shards: 1, shardBatch: 2,
            steps: steps, pixelMean: 0, pixelStandardDeviation: 1)
    }

    /// Completes rounds with gradients of the round's own: a tenth of its number, and reports of 0.
    private static func train(_ state: TrainingState, rounds: Int = .max) throws -> [Round] {
        prepareComputeThread()
        var done: [Round] = []
        while done.count < rounds, let round = state.nextRound {
            let sum = [Float](repeating: Float(round.number + 1) / 10, count: state.layout.count(round.kind))
            try sum.withUnsafeBufferPointer { _ = try state.apply(round, sum: $0.baseAddress!) }
            done.append(round)
        }
        return done
    }

    private static func next(_ state: TrainingState, _ recipe: Recipe) throws -> TrainingState {
        try TrainingState(recipe: recipe, tensors: state.tensors(), startingAfter: state.counters)
    }

    @Test func noDrawComesTwice() throws {
        let first = TrainingState(recipe: Self.recipe())
        let rounds = try Self.train(first)
        let second = try Self.next(first, Self.recipe(steps: 3))
        #expect(second.step == 0)
        let more = try Self.train(second)
        #expect(more.map(\.step) == [0, 0, 1, 1, 2, 2])
        #expect(more.map(\.number) == Array(8..<14))
        // Each batch serves both rounds of its step, in one run alone.
        #expect((rounds + more).map(\.batchIndex) == (0..<7).flatMap { [$0, $0] })
        #expect(second.counters.generatorVersion == 7)
        #expect(second.counters.origin == TrainingOrigin(round: 8, generatorVersion: 4, discriminatorVersion: 4))
    }

    /// Adam's correction and the moving average's weight follow from the count of updates: under a constant rate, a run of
    /// 4 steps and one of 3 that begins with it are one of 7.
    @Test func aRunInTwoPartsIsTheRunInOne() throws {
        let whole = TrainingState(recipe: Self.recipe(steps: 7))
        _ = try Self.train(whole)
        let first = TrainingState(recipe: Self.recipe())
        _ = try Self.train(first)
        let second = try Self.next(first, Self.recipe(steps: 3))
        _ = try Self.train(second)
        #expect(second.tensors() == whole.tensors())
    }

    /// lr · (1 − t/n) falls from the full rate over the new run's own n steps, whatever the other's rate had come to.
    @Test func theRateFallsOverTheOwnSteps() throws {
        var linear = Self.recipe(steps: 2)
        linear.generatorOptimizer.learningRate.shape = .linear
        linear.discriminatorOptimizer.learningRate.shape = .linear
        let first = TrainingState(recipe: linear)
        _ = try Self.train(first)
        let second = try Self.next(first, linear)
        let constant = try Self.next(first, Self.recipe(steps: 2))
        _ = try Self.train(second, rounds: 2)
        _ = try Self.train(constant, rounds: 2)
        // In the first step both have the full rate.
        #expect(second.tensors() == constant.tensors())
        _ = try Self.train(second)
        _ = try Self.train(constant)
        #expect(second.tensors() != constant.tensors())
    }

    @Test func aStateBetweenTwoRoundsBeginsAStepOfItsOwn() throws {
        let first = TrainingState(recipe: Self.recipe())
        _ = try Self.train(first, rounds: 3)
        #expect(first.counters.roundsInStep == 1)
        let second = try Self.next(first, Self.recipe())
        let round = try #require(second.nextRound)
        #expect((round.kind, round.step, round.number, round.batchIndex) == (.discriminator, 0, 3, 2))
        #expect(second.counters.pending.isEmpty)
    }

    @Test func itGoesOnFromItsOwnCountersUnderAnotherOrder() throws {
        let first = TrainingState(recipe: Self.recipe())
        _ = try Self.train(first)
        var recipe = Self.recipe()
        recipe.updateOrder = .simultaneous
        recipe.discriminatorSteps = 2
        let second = try Self.next(first, recipe)
        _ = try Self.train(second, rounds: 3)
        let resumed = try TrainingState(recipe: recipe, tensors: second.tensors(), counters: second.counters)
        #expect(resumed.nextRound == second.nextRound)
        #expect(resumed.counters == second.counters)
        var wrong = second.counters
        wrong.origin.round += 1
        #expect(throws: AdversarialError.self) {
            _ = try TrainingState(recipe: recipe, tensors: second.tensors(), counters: wrong)
        }
        wrong.origin.round = .max
        #expect(throws: AdversarialError.self) { try wrong.check(recipe) }
    }

    @Test func theFirstTensorThatDiffersIsNamed() throws {
        let tensors = TrainingState(recipe: Self.recipe()).tensors()
        #expect(Self.recipe().firstMismatch(with: tensors) == nil)
        var wider = Self.recipe()
        wider.model.discriminatorWidth = 5
        let first = try #require(wider.firstMismatch(with: tensors))
        #expect(first.name.hasPrefix("discriminator.") && first.shape != nil && first.expected != nil)
        let missing = try #require(
            Self.recipe().firstMismatch(with: tensors.filter { $0.name != "generator.0.weight" }))
        #expect(missing.name == "generator.0.weight" && missing.shape == nil)
        let extra = NamedTensor(name: "generator.9.bias", shape: [3], values: .float32([0, 0, 0]))
        #expect(
            Self.recipe().firstMismatch(with: tensors + [extra])
                == TensorMismatch(name: "generator.9.bias", shape: [3], expected: nil))
        // Batch norm's statistics are compared too.
        let dcgan = Recipe(
            model: ModelSettings(
                model: "dcgan", generatorWidth: 8, discriminatorWidth: 8, options: ["dcgan.ends": "linear"]))
        let normalized = TrainingState(recipe: dcgan).tensors()
        let statistics = try #require(normalized.first { $0.name.hasSuffix("running_mean") }).name
        #expect(dcgan.firstMismatch(with: normalized.filter { $0.name != statistics })?.name == statistics)
    }
}
