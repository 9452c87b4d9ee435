/// One of the two networks of a generative adversarial network.
public enum Network: UInt8, Sendable, CaseIterable, Hashable {
    case generator = 1
    case discriminator = 2
}

/// What a round computes gradients of.
public enum RoundKind: UInt8, Sendable, CaseIterable, Hashable {
    /// The discriminator's gradient (alternating schedule).
    case discriminator = 1
    /// The generator's gradient, on the noise of the last discriminator round (alternating schedule).
    case generator = 2
    /// Both gradients from the same parameters (simultaneous schedule, last round of a step).
    case simultaneous = 3

    /// The networks whose parameters the round changes.
    public var networks: [Network] {
        switch self {
        case .discriminator: [.discriminator]
        case .generator: [.generator]
        case .simultaneous: [.generator, .discriminator]
        }
    }
}

/// A round: parameters out, the shards' mean gradients back, one update.
public struct Round: Hashable, Sendable {
    /// Counts the rounds of a run from 0.
    public var number: UInt64
    /// The training step, from 0, that the round belongs to.
    public var step: UInt64
    public var kind: RoundKind
    /// Which batch of real samples and of noise: counts the discriminator's updates from 0.
    public var batchIndex: UInt64
    /// How often each network has been updated before this round: the parameters' version that it needs.
    public var generatorVersion: UInt64
    public var discriminatorVersion: UInt64
    /// With which probability each transform of the augmentation is applied to a sample; 0 without augmentation.
    public var augmentationProbability: Double

    public init(
        number: UInt64, step: UInt64, kind: RoundKind, batchIndex: UInt64, generatorVersion: UInt64,
        discriminatorVersion: UInt64, augmentationProbability: Double = 0
    ) {
        self.number = number
        self.step = step
        self.kind = kind
        self.batchIndex = batchIndex
        self.generatorVersion = generatorVersion
        self.discriminatorVersion = discriminatorVersion
        self.augmentationProbability = augmentationProbability
    }
}
