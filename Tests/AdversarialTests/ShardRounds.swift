import Adversarial
import TensorCore
import Testing

/// What a shard contributes to a round, of samples that follow from its number and the batch.
func contribution(
    _ engine: ShardEngine, _ state: TrainingState, _ round: Round, shard: Int, computeThread: Int = 0
) -> [Float] {
    prepareComputeThread()
    var result = [Float](repeating: .nan, count: engine.contributionCount(round.kind))
    result.withUnsafeMutableBufferPointer { buffer in
        engine.compute(
            round, shard: shard, generator: state.parameters(of: .generator).vector.values,
            discriminator: state.parameters(of: .discriminator).vector.values, computeThread: computeThread,
            into: buffer.baseAddress!
        ) { batch in
            RandomStream(seed: 9, purpose: .procedural, step: round.batchIndex, shard: UInt32(shard))
                .fillUniform(batch.samples, low: -1)
        }
    }
    return result
}

/// Sums the shards' contributions to the next round in a fixed order, and applies it.
func completeRound(_ engine: ShardEngine, _ state: TrainingState) throws -> StepMetrics? {
    let round = try #require(state.nextRound)
    var sum = [Float](repeating: 0, count: engine.contributionCount(round.kind))
    for shard in 0..<state.recipe.shards {
        for (index, value) in contribution(engine, state, round, shard: shard).enumerated() { sum[index] += value }
    }
    return try state.apply(round, sum: sum)
}
