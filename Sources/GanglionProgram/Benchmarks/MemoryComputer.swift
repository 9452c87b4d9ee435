import Adversarial
import Coordination
import NeuralNetworks
import TensorCore

/// Computes shards on uniform random samples that are in memory.
final class MemoryComputer: ShardComputer {
    private let engine: ShardEngine
    private let samples: ParameterVector
    // Used by the one computeThread that a profiled computer has.
    nonisolated(unsafe) private let profile: InstructionProfile?
    let dataFingerprint = "random samples"

    /// - Parameter profile: takes down what the programs' instructions do; for one computeThread only.
    init(_ recipe: Recipe, computeThreads: Int, profile: InstructionProfile? = nil) {
        precondition(profile == nil || computeThreads == 1, "a profile belongs to one thread")
        self.profile = profile
        let classes = recipe.model.classes
        engine = ShardEngine(
            recipe: recipe, computeThreads: computeThreads,
            classShares: classes > 0 ? ClassShares(counts: Array(repeating: 1, count: classes)) : nil)
        samples = ParameterVector(count: recipe.shards * engine.programs.sampleCount)
        RandomStream(seed: recipe.seed, purpose: .procedural)
            .fillUniform(UnsafeMutableBufferPointer(start: samples.values, count: samples.count), low: -1)
    }

    func parameterLength(of network: Network) -> Int {
        engine.programs.networks.layout(of: network).vectorCount
    }

    func contributionLength(of kind: RoundKind) -> Int { engine.contributionCount(kind) }
    func prefetch(_ round: Round, shard: Int) {}

    func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        computeThread: Int, into contribution: UnsafeMutableBufferPointer<Float>
    ) throws {
        prepareComputeThread()
        engine.compute(
            round, shard: shard, generator: generator.baseAddress!, discriminator: discriminator.baseAddress!,
            computeThread: computeThread, into: contribution.baseAddress!, profile: profile
        ) { batch in
            let count = batch.samples.count
            batch.samples.baseAddress!.update(from: samples.values + shard * count, count: count)
            let classes = max(1, engine.recipe.model.classes)
            for index in batch.labels.indices { batch.labels[index] = Float(index % classes) }
        }
    }

    func firstNonfinite(in contribution: UnsafeBufferPointer<Float>, of kind: RoundKind) -> NonfiniteValue? {
        engine.firstNonfinite(in: contribution.baseAddress!, of: kind)
    }
}
