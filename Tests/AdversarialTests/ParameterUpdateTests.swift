import Adversarial
import TensorCore
import Testing

/// A round whose updates are done in parts ends in the same bits as one that is completed at once.
@Suite struct ParameterUpdateTests {
    private func recipe(_ updateOrder: UpdateOrder) -> Recipe {
        // Spectral norm: the buffers behind the parameters are part of an update.
        let model = ModelSettings(
            model: "dcgan", generatorWidth: 8, discriminatorWidth: 8, discriminatorNorm: .spectral,
            options: ["dcgan.ends": "linear"])
        return Recipe(model: model, updateOrder: updateOrder, shards: 4, shardBatch: 4, steps: 10, seed: 5)
    }

    /// What a round's shards might add up to.
    private func sum(_ state: TrainingState, _ round: Round) -> [Float] {
        [Float](unsafeUninitializedCapacity: state.layout.count(round.kind)) { buffer, count in
            count = state.layout.count(round.kind)
            RandomStream(seed: 3, purpose: .procedural, step: round.number)
                .fillNormal(UnsafeMutableBufferPointer(start: buffer.baseAddress!, count: count))
        }
    }

    @Test(arguments: UpdateOrder.allCases) func partsGiveTheSameBits(_ updateOrder: UpdateOrder) throws {
        prepareComputeThread()
        let whole = TrainingState(recipe: recipe(updateOrder))
        let parts = TrainingState(recipe: recipe(updateOrder))
        for number in 0..<6 {
            let round = try #require(whole.nextRound)
            #expect(parts.nextRound == round)
            try sum(whole, round).withUnsafeBufferPointer { sum in
                let metrics = try whole.apply(round, sum: sum.baseAddress!)
                #expect(try parts.applyDeferringUpdate(round, sum: sum.baseAddress!) == metrics)
                for network in Network.allCases {
                    let (vector, version) = parts.pendingParameters(of: network)
                    let expected = whole.parameters(of: network)
                    #expect(version == expected.version)
                    // Ends that are no multiple of anything, one before another, and the last beyond the vector.
                    for end in [1, 1000, 77, 10_001 * (number + 1), number % 2 == 0 ? .max : 12_345] {
                        parts.finishUpdate(of: network, before: end)
                        let count = min(end, vector.count)
                        #expect(vector.array[..<count] == expected.vector.array[..<count])
                    }
                }
                // Whoever reads the state finds it complete.
                #expect(parts.tensors() == whole.tensors())
            }
        }
    }

    /// An update that nobody has asked for is done before the next round changes what it reads.
    @Test func theNextRoundSettlesTheLast() throws {
        prepareComputeThread()
        let whole = TrainingState(recipe: recipe(.alternating))
        let late = TrainingState(recipe: recipe(.alternating))
        let rounds = try (0..<2).map { _ in
            let round = try #require(whole.nextRound)
            let sum = sum(whole, round)
            _ = try whole.apply(round, sum: sum)
            return (round, sum)
        }
        try rounds[0].1.withUnsafeBufferPointer { first in
            _ = try late.applyDeferringUpdate(rounds[0].0, sum: first.baseAddress!)
            _ = try late.apply(rounds[1].0, sum: rounds[1].1)
        }
        #expect(late.tensors() == whole.tensors())
    }
}
