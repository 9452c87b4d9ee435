import Adversarial
import NeuralNetworks
import TensorCore
import Testing

/// ADA's control: what changes the probability, and that it is part of the state.
@Suite struct AdaptiveAugmentationTests {
    /// Every fourth update by 4 · batch / images, up where the mean sign is above 0.6, down where below, within 0 and 1.
    @Test func theProbabilityFollowsTheMeanSign() {
        var adaptive = AdaptiveAugmentation()
        var updates: UInt64 = 0
        func record(_ signs: [Double]) -> Double {
            for sign in signs {
                updates += 1
                adaptive.record(sign: sign, updates: updates, batch: 100, images: 1600)
            }
            return adaptive.probability
        }
        #expect(record([1, 1, 1]) == 0)
        #expect(record([1]) == 0.25)
        // Means of 0.65 and of 0.55.
        #expect(record([1, 0.4, 1, 0.2]) == 0.5)
        #expect(record([1, 0, 1, 0.2]) == 0.25)
        #expect(record([-1, -1, -1, -1]) == 0)
        #expect(record([-1, -1, -1, -1]) == 0)
        #expect(record(Array(repeating: 1, count: 32)) == 1)
    }

    private func recipe() -> Recipe {
        var model = ModelSettings.dcgan28
        (model.generatorWidth, model.discriminatorWidth) = (8, 8)
        var recipe = Recipe(model: model, shards: 2, shardBatch: 4, steps: 20, seed: 5)
        recipe.augmentation = .diffAugment
        recipe.augmentation.probability = .adaptive
        // 4 · 8 / 128: a quarter each time.
        recipe.augmentation.adaptiveImages = 128
        return recipe
    }

    /// The probability of a round is the state's, moves by whole changes, and is reported beside the signs that move it.
    @Test func roundsCarryTheProbability() throws {
        let recipe = recipe()
        let (state, engine) = (TrainingState(recipe: recipe), ShardEngine(recipe: recipe))
        var seen: Set<Double> = []
        while let round = state.nextRound {
            #expect(round.augmentationProbability == state.adaptiveAugmentation?.probability)
            seen.insert(round.augmentationProbability)
            guard let metrics = try completeRound(engine, state) else { continue }
            #expect(metrics["augmentationProbability"] == round.augmentationProbability)
            #expect(try -1...1 ~= #require(metrics["signOfReal"]))
        }
        #expect(seen.isSubset(of: [0, 0.25, 0.5, 0.75, 1]) && seen.count > 1, "\(seen)")
    }

    /// Another probability is another round, with other bits; a fixed one is the same arithmetic.
    @Test func theProbabilityDecidesTheBits() throws {
        var recipe = recipe()
        let (state, engine) = (TrainingState(recipe: recipe), ShardEngine(recipe: recipe))
        var round = try #require(state.nextRound)
        let signs = 1  // ADA reports one metric more
        var found: [[Float]] = []
        for probability in [0, 0.5, 1.0] {
            round.augmentationProbability = probability
            found.append(contribution(engine, state, round, shard: 1))
        }
        #expect(Set(found).count == 3)
        recipe.augmentation.probability = .fixed(0.5)
        let fixed = TrainingState(recipe: recipe)
        let again = try #require(fixed.nextRound)
        #expect(again.augmentationProbability == 0.5)
        let parameters = state.layout.discriminatorParameters
        let other = contribution(ShardEngine(recipe: recipe), fixed, again, shard: 1)
        #expect(other[..<parameters] == found[1][..<parameters])
        #expect(other.count + signs == found[1].count)
    }

    /// A state that went through its tensors and counters goes on with the same bits, also between two changes.
    @Test(arguments: 1...9) func resumes(_ rounds: Int) throws {
        let recipe = recipe()
        let (state, engine) = (TrainingState(recipe: recipe), ShardEngine(recipe: recipe))
        for _ in 0..<rounds { _ = try completeRound(engine, state) }
        let resumed = try TrainingState(recipe: recipe, tensors: state.tensors(), counters: state.counters)
        let fresh = ShardEngine(recipe: recipe)
        for _ in 0..<10 {
            let metrics = try completeRound(engine, state)
            #expect(try completeRound(fresh, resumed) == metrics)
        }
        #expect(resumed.tensors() == state.tensors())
        #expect(resumed.counters == state.counters)
    }

    @Test func forgedCountersAreRefused() throws {
        let recipe = recipe()
        let (state, engine) = (TrainingState(recipe: recipe), ShardEngine(recipe: recipe))
        for _ in 0..<3 { _ = try completeRound(engine, state) }
        let forgeries: [AdaptiveAugmentation?] = [
            nil, AdaptiveAugmentation(probability: -0.1, signSum: 0),
            AdaptiveAugmentation(probability: .nan, signSum: 0),
            AdaptiveAugmentation(probability: 2, signSum: 0), AdaptiveAugmentation(probability: 0, signSum: 2.5),
            AdaptiveAugmentation(probability: 0, signSum: .nan),
        ]
        for forgery in forgeries {
            var counters = state.counters
            counters.adaptiveAugmentation = forgery
            #expect {
                try TrainingState(recipe: recipe, tensors: state.tensors(), counters: counters)
            } throws: { "\($0)".hasPrefix("counters: the augmentation's probability") }
        }
    }

    /// A new run that takes over a state begins without augmentation, whatever that state's probability was.
    @Test func aRunThatTakesOverAStateBeginsAtZero() throws {
        let recipe = recipe()
        let (state, engine) = (TrainingState(recipe: recipe), ShardEngine(recipe: recipe))
        for _ in 0..<5 { _ = try completeRound(engine, state) }
        let next = try TrainingState(recipe: recipe, tensors: state.tensors(), startingAfter: state.counters)
        #expect(next.adaptiveAugmentation == AdaptiveAugmentation())
        for _ in 0..<7 { _ = try completeRound(engine, next) }
        // Four updates of its own, and no more.
        #expect(next.adaptiveAugmentation?.signSum == 0)
    }

    /// Mirrored samples are those of the data with their columns reversed, about half of them, the same whoever computes.
    @Test func flippedData() throws {
        var recipe = recipe()
        recipe.augmentation = .none
        let state = TrainingState(recipe: recipe)
        let round = try #require(state.nextRound)
        let plain = contribution(ShardEngine(recipe: recipe), state, round, shard: 0)
        recipe.flipsData = true
        let engine = ShardEngine(recipe: recipe)
        let flipped = contribution(engine, state, round, shard: 0)
        #expect(flipped != plain)
        #expect(contribution(engine, state, round, shard: 0) == flipped, "a batch that is kept is not mirrored again")
        #expect(contribution(ShardEngine(recipe: recipe), state, round, shard: 0) == flipped)
        // The draws say which samples are mirrored: undoing it in the data gives the plain contribution.
        let draws = AlignedVector(count: recipe.shardBatch)
        ShardStreams(seed: recipe.seed, batchIndex: 0, shard: 0).stream(.flip).fillUniform(draws.mutableFloats)
        var undone = [Float](repeating: .nan, count: plain.count)
        undone.withUnsafeMutableBufferPointer { buffer in
            ShardEngine(recipe: recipe).compute(
                round, shard: 0, generator: state.parameters(of: .generator).vector.values,
                discriminator: state.parameters(of: .discriminator).vector.values, computeThread: 0,
                into: buffer.baseAddress!
            ) { batch in
                RandomStream(seed: 9, purpose: .procedural, step: 0, shard: 0).fillUniform(batch.samples, low: -1)
                for sample in 0..<4 where draws.pointer[sample] < 0.5 {
                    for row in 0..<28 {
                        batch.samples[(sample * 28 + row) * 28..<(sample * 28 + row + 1) * 28].reverse()
                    }
                }
            }
        }
        #expect(undone == plain)
        #expect((1...3).contains((0..<4).count { draws.pointer[$0] < 0.5 }))
    }
}
