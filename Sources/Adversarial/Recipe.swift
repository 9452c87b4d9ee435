/// In which order the two networks are updated.
public enum UpdateOrder: String, Sendable, CaseIterable, Hashable {
    case alternating
    case simultaneous
}

/// Adam's settings for one network (Kingma and Ba, "Adam: a method for stochastic optimization", 2015).
public struct AdamSettings: Sendable, Hashable {
    public var learningRate: Schedule
    public var beta1: Double
    /// Under a schedule the bias correction is PyTorch's, 1 − β₂ᵗ with the β₂ of the step.
    public var beta2: Schedule
    public var epsilon: Double
    /// The greatest Euclidean norm c of the mean gradient g over all of the network's parameters: a longer one is scaled
    /// to it, g ← g · min(1, c / (‖g‖ + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_` does (Pascanu et al., 2013); 0 for
    /// none.
    public var clipNorm: Double

    public init(
        learningRate: Schedule = 2e-4, beta1: Double = 0.5, beta2: Schedule = 0.999, epsilon: Double = 1e-8,
        clipNorm: Double = 0
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clipNorm = clipNorm
    }
}

/// All that decides the arithmetic of a run: two runs with equal recipes, data and seeds give equal parameters.
public struct Recipe: Sendable, Hashable {
    /// The networks.
    public var model: ModelSettings
    public var loss: LossKind
    /// Compares real and fake samples in pairs, where the loss allows it.
    public var isRelativistic: Bool
    /// Weight γ of R1, γ/2 · E‖∇D(x)‖² on real samples (Mescheder et al., 2018); 0 for none.
    public var r1: Schedule
    /// Weight γ of R2, γ/2 · E‖∇D(G(z))‖² on fake samples (the same); 0 for none.
    public var r2: Schedule
    /// Weight λ of the gradient penalty, λ · E(‖∇D(x̂)‖ − 1)² (Gulrajani et al., 2017); 0 for none.
    public var gradientPenalty: Schedule
    /// Every so many updates of the discriminator the penalties are added, with so many times their weights (lazy
    /// regularization: Karras et al., "Analyzing and improving the image quality of StyleGAN", 2020).
    public var penaltyEvery: Int
    public var updateOrder: UpdateOrder
    /// Updates of the discriminator for each of the generator.
    public var discriminatorSteps: Int
    public var shards: Int
    public var shardBatch: Int
    public var steps: Int
    public var seed: UInt64
    public var generatorOptimizer: AdamSettings
    public var discriminatorOptimizer: AdamSettings
    /// Of the generator's parameters: what sampling uses.
    public var movingAverage: MovingAverage
    /// A pixel p in [0, 1] enters the networks as (p − mean) / standardDeviation; points of the plane alike.
    public var pixelMean: Double
    public var pixelStandardDeviation: Double
    /// What is done to the samples that the discriminator sees.
    public var augmentation = Augmentation.none
    /// Whether each real sample is mirrored, left to right, with probability ½.
    public var flipsData = false

    public init(
        model: ModelSettings, loss: LossKind = .nonSaturating, isRelativistic: Bool = false, r1: Schedule = 0,
        r2: Schedule = 0, gradientPenalty: Schedule = 0, penaltyEvery: Int = 1, updateOrder: UpdateOrder = .alternating,
        discriminatorSteps: Int = 1, shards: Int = 4, shardBatch: Int = 32, steps: Int = 1000, seed: UInt64 = 0,
        generatorOptimizer: AdamSettings = AdamSettings(), discriminatorOptimizer: AdamSettings = AdamSettings(),
        movingAverage: MovingAverage = MovingAverage(), pixelMean: Double = 0.5, pixelStandardDeviation: Double = 0.5
    ) {
        self.model = model
        self.loss = loss
        self.isRelativistic = isRelativistic
        self.r1 = r1
        self.r2 = r2
        self.gradientPenalty = gradientPenalty
        self.penaltyEvery = penaltyEvery
        self.updateOrder = updateOrder
        self.discriminatorSteps = discriminatorSteps
        self.shards = shards
        self.shardBatch = shardBatch
        self.steps = steps
        self.seed = seed
        self.generatorOptimizer = generatorOptimizer
        self.discriminatorOptimizer = discriminatorOptimizer
        self.movingAverage = movingAverage
        self.pixelMean = pixelMean
        self.pixelStandardDeviation = pixelStandardDeviation
    }

    /// Samples of a batch.
    public var batch: Int { shards * shardBatch }

    /// Whether a penalty on the discriminator's gradient is part of some update.
    public var hasPenalty: Bool { r1.isPositive || r2.isPositive || gradientPenalty.isPositive }

    /// Whether the penalties are added in the rounds of this batch.
    public func isPenalized(batchIndex: UInt64) -> Bool { hasPenalty && batchIndex % UInt64(max(1, penaltyEvery)) == 0 }

    /// Whether something changes over the steps, so that their number decides bits.
    public var isScheduled: Bool {
        [generatorOptimizer, discriminatorOptimizer].contains { !$0.learningRate.isConstant || !$0.beta2.isConstant }
            || ![r1, r2, gradientPenalty, movingAverage.halfLife].allSatisfy(\.isConstant)
    }

    public var adversarialLoss: AdversarialLoss { AdversarialLoss(loss, isRelativistic: isRelativistic) }

    /// Whether rounds of a kind read real samples.
    public func readsReal(_ kind: RoundKind) -> Bool { kind != .generator || adversarialLoss.generatorReadsReal }
}
