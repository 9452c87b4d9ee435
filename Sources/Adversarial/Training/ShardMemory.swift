import NeuralNetworks
import TensorCore

/// What the parts of a training step take of a process's memory, in bytes, known before any of it is allocated.
public struct ShardMemory: Hashable, Sendable {
    /// Of each compute thread: what the programs work on, and the masks.
    public let thread: Int
    /// Of each shard, kept from round to round: noise, real samples, fakes, and what the backward passes read of the forward pass.
    public let shard: Int
    /// A batch of real samples with their labels.
    public let batch: Int
    /// The longest contribution of a shard.
    public let contribution: Int
    /// The vectors that workers get: of each network, its parameters and the derived buffers behind them.
    public let generator: Int
    public let discriminator: Int
    /// Of each network's buffers that are moving averages, both together.
    public let averages: Int
    /// A sample's part of drawing it: the generator's forward pass.
    public let sample: Int

    public init(_ recipe: Recipe, _ programs: StepPrograms) {
        func bytes(_ count: Int) -> Int { count * MemoryLayout<Float>.stride }
        let (generatorLayout, discriminatorLayout) = (
            programs.networks.generatorLayout, programs.networks.discriminatorLayout
        )
        thread =
            Workspace.byteCount(for: [programs.forward, programs.discriminator, programs.generator])
            + bytes(programs.maskCount + programs.shardBatch)
        batch = bytes(programs.sampleCount + programs.shardBatch)
        let (saved, output) = (bytes(programs.forward.savedCount), bytes(programs.forward.outputCount))
        shard = bytes(programs.shardBatch * (recipe.model.latentSize + 1)) + batch + saved + output
        let rounds: [RoundKind] =
            recipe.updateOrder == .alternating ? [.discriminator, .generator] : [.discriminator, .simultaneous]
        contribution = bytes(rounds.map(programs.layout.count).max() ?? 0)
        generator = bytes(generatorLayout.vectorCount)
        discriminator = bytes(discriminatorLayout.vectorCount)
        averages = bytes(generatorLayout.averageCount + discriminatorLayout.averageCount)
        sample = (Workspace.byteCount(for: [programs.forward]) + saved + output) / programs.shardBatch
    }
}
