import Adversarial
import Datasets
import Distributed
import Runs
import TensorCore

/// A run's networks and data, as a worker computes with them.
final class RecipeComputer: ShardComputer {
    private let engine: ShardEngine
    private let loader: BatchLoader
    private let networks: Networks
    let dataFingerprint: String

    /// - Parameter lanes: how many shards will be computed at once.
    init(_ configuration: Configuration, lanes: Int) throws {
        let recipe = configuration.recipe
        let source = try TrainingData.open(configuration)
        dataFingerprint = TrainingData.fingerprint(source)
        loader = BatchLoader(
            source: source, sampler: try TrainingData.sampler(source, recipe), mean: recipe.pixelMean,
            deviation: recipe.pixelDeviation)
        engine = ShardEngine(recipe: recipe, lanes: lanes)
        networks = engine.programs.networks
    }

    func parameterLength(of network: Network) -> Int { networks.layout(of: network).parameterCount }
    func contributionLength(of kind: RoundKind) -> Int { engine.contributionCount(kind) }

    func prefetch(_ round: Round, shard: Int) {
        if round.kind != .generator { loader.prefetch(shard: shard, draw: round.draw) }
    }

    func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        lane: Int, into contribution: UnsafeMutableBufferPointer<Float>
    ) throws {
        prepareComputeThread()
        try engine.compute(
            round, shard: shard, generator: generator.baseAddress!, discriminator: discriminator.baseAddress!,
            lane: lane, into: contribution.baseAddress!
        ) { batch in
            try loader.load(shard: shard, draw: round.draw, into: batch)
            // A worker usually keeps its shards.
            loader.prefetch(shard: shard, draw: round.draw + 1)
        }
    }
    func firstNonfinite(in contribution: UnsafeBufferPointer<Float>, of kind: RoundKind) -> NonfiniteValue? {
        engine.firstNonfinite(in: contribution.baseAddress!, of: kind)
    }
}
