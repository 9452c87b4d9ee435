/// In which order the two networks are updated.
public enum UpdateOrder: String, Sendable, CaseIterable, Hashable {
    case alternating
    case simultaneous
}

/// How a learning rate changes over a run of `steps` steps.
public enum LearningRateSchedule: String, Sendable, CaseIterable, Hashable {
    case constant
    case linear
    case cosine
}

/// Adam's settings for one network (Kingma and Ba, "Adam: a method for stochastic optimization", 2015).
public struct AdamSettings: Sendable, Hashable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var learningRateSchedule: LearningRateSchedule
    /// The greatest Euclidean norm c of the mean gradient g over all of the network's parameters: a longer one is scaled
    /// to it, g ← g · min(1, c / (‖g‖ + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_` does (Pascanu et al., 2013); 0 for
    /// none.
    public var clipNorm: Double

    public init(
        learningRate: Double = 2e-4, beta1: Double = 0.5, beta2: Double = 0.999, epsilon: Double = 1e-8,
        learningRateSchedule: LearningRateSchedule = .constant, clipNorm: Double = 0
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.learningRateSchedule = learningRateSchedule
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
    public var r1: Double
    /// Weight γ of R2, γ/2 · E‖∇D(G(z))‖² on fake samples (the same); 0 for none.
    public var r2: Double
    /// Weight λ of the gradient penalty, λ · E(‖∇D(x̂)‖ − 1)² (Gulrajani et al., 2017); 0 for none.
    public var gradientPenalty: Double
    public var updateOrder: UpdateOrder
    /// Updates of the discriminator for each of the generator.
    public var discriminatorSteps: Int
    public var shards: Int
    public var shardBatch: Int
    public var steps: Int
    public var seed: UInt64
    public var generatorOptimizer: AdamSettings
    public var discriminatorOptimizer: AdamSettings
    /// Decay of the generator's exponential moving average, which sampling uses; 0 for the parameters themselves.
    public var emaDecay: Double
    /// A pixel p in [0, 1] enters the networks as (p − mean) / standardDeviation; points of the plane alike.
    public var pixelMean: Double
    public var pixelStandardDeviation: Double
    /// What is done to the samples that the discriminator sees.
    public var augmentation = Augmentation.none
    /// Whether each real sample is mirrored, left to right, with probability ½.
    public var flipsData = false

    public init(
        model: ModelSettings, loss: LossKind = .nonSaturating, isRelativistic: Bool = false, r1: Double = 0,
        r2: Double = 0, gradientPenalty: Double = 0, updateOrder: UpdateOrder = .alternating,
        discriminatorSteps: Int = 1, shards: Int = 4, shardBatch: Int = 32, steps: Int = 1000, seed: UInt64 = 0,
        generatorOptimizer: AdamSettings = AdamSettings(), discriminatorOptimizer: AdamSettings = AdamSettings(),
        emaDecay: Double = 0.99, pixelMean: Double = 0.5, pixelStandardDeviation: Double = 0.5
    ) {
        self.model = model
        self.loss = loss
        self.isRelativistic = isRelativistic
        self.r1 = r1
        self.r2 = r2
        self.gradientPenalty = gradientPenalty
        self.updateOrder = updateOrder
        self.discriminatorSteps = discriminatorSteps
        self.shards = shards
        self.shardBatch = shardBatch
        self.steps = steps
        self.seed = seed
        self.generatorOptimizer = generatorOptimizer
        self.discriminatorOptimizer = discriminatorOptimizer
        self.emaDecay = emaDecay
        self.pixelMean = pixelMean
        self.pixelStandardDeviation = pixelStandardDeviation
    }

    public var adversarialLoss: AdversarialLoss { AdversarialLoss(loss, isRelativistic: isRelativistic) }

    /// Real samples of an update of the discriminator.
    var batch: Int { shards * shardBatch }

    /// Whether rounds of a kind read real samples.
    public func readsReal(_ kind: RoundKind) -> Bool { kind != .generator || adversarialLoss.generatorReadsReal }
}
