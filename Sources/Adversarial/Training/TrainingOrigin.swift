import NeuralNetworks

/// The counts with which a run begins: zeros, or those of the run whose state it took over.
///
/// Batches, noise and Adam's corrections follow from the counts of updates, which go on, so that no batch of real samples
/// and no noise comes twice. The run's own steps, over which its learning rates fall, begin at 0, and so does an augmentation's
/// adaptive probability.
public struct TrainingOrigin: Sendable, Hashable {
    public var round: UInt64
    public var generatorVersion: UInt64
    public var discriminatorVersion: UInt64

    public init(round: UInt64 = 0, generatorVersion: UInt64 = 0, discriminatorVersion: UInt64 = 0) {
        self.round = round
        self.generatorVersion = generatorVersion
        self.discriminatorVersion = discriminatorVersion
    }

    /// Where a run begins that takes over the state with these counters.
    public init(after counters: TrainingCounters) {
        self.init(
            round: counters.round, generatorVersion: counters.generatorVersion,
            discriminatorVersion: counters.discriminatorVersion)
    }

    /// A run that began with untrained networks.
    public static let none = TrainingOrigin()
}

extension TrainingState {
    /// A new run's state that begins with what another run has trained: its parameters, Adam's moments, running statistics,
    /// moving average and counts of updates, under a recipe that may differ in all but the tensors.
    ///
    /// Of a step that the other run had not finished, the rounds done count; the new run begins with a step of its own.
    ///
    /// - Throws: `AdversarialError.state` as the initializer for a run that goes on.
    public convenience init(recipe: Recipe, tensors: [NamedTensor], startingAfter counters: TrainingCounters) throws {
        let origin = TrainingOrigin(after: counters)
        try self.init(
            recipe: recipe, tensors: tensors,
            counters: TrainingCounters(
                step: 0, round: origin.round, roundsInStep: 0, generatorVersion: origin.generatorVersion,
                discriminatorVersion: origin.discriminatorVersion, origin: origin,
                adaptiveAugmentation: recipe.augmentation.isAdaptive ? AdaptiveAugmentation() : nil))
    }
}
