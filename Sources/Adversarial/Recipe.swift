/// The networks that can be trained, by name. Their layers are in `Architectures/`.
public enum Architecture: String, Sendable, CaseIterable, Hashable {
    case lenet28 = "lenet-28"
    case mlp28 = "mlp-28"
    case dcgan28 = "dcgan-28"
    case dcgan64 = "dcgan-64"
    /// Points in the plane.
    case plane2D = "plane-2d"
}

/// The adversarial losses; formulas and papers are in `AdversarialLoss.swift`.
public enum LossKind: String, Sendable, CaseIterable, Hashable {
    case minimax
    case nonSaturating = "non-saturating"
    case leastSquares = "least-squares"
    case hinge
    case wasserstein
}

/// In which order the two networks are updated.
public enum Schedule: String, Sendable, CaseIterable, Hashable {
    case alternating
    case simultaneous
}

/// How a learning rate changes over a run of `steps` steps.
public enum LearningRateDecay: String, Sendable, CaseIterable, Hashable {
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
    public var decay: LearningRateDecay
    /// The greatest Euclidean norm c of the mean gradient g over all of the network's parameters: a longer one is scaled
    /// to it, g ← g · min(1, c / (‖g‖ + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_` does (Pascanu et al., 2013); 0 for
    /// none.
    public var clipNorm: Double

    public init(
        learningRate: Double = 2e-4, beta1: Double = 0.5, beta2: Double = 0.999, epsilon: Double = 1e-8,
        decay: LearningRateDecay = .constant, clipNorm: Double = 0
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
        self.clipNorm = clipNorm
    }
}

/// All that decides the arithmetic of a run: two runs with equal recipes, data and seeds give equal parameters.
public struct Recipe: Sendable, Hashable {
    public var architecture: Architecture
    /// Base width of the networks: 64 for the DCGANs, the hidden width for `plane-2d`; ignored by `lenet-28`, `mlp-28`.
    public var generatorWidth: Int
    public var discriminatorWidth: Int
    public var latentSize: Int
    public var loss: LossKind
    /// Weight γ of R1, γ/2 · E‖∇D(x)‖² on real samples (Mescheder et al., 2018); 0 for none.
    public var r1: Double
    /// Weight λ of the gradient penalty, λ · E(‖∇D(x̂)‖ − 1)² (Gulrajani et al., 2017); 0 for none.
    public var gradientPenalty: Double
    public var schedule: Schedule
    /// Updates of the discriminator for each of the generator.
    public var discriminatorSteps: Int
    public var shards: Int
    public var shardBatch: Int
    public var steps: Int
    public var seed: UInt64
    public var generatorOptimizer: AdamSettings
    public var discriminatorOptimizer: AdamSettings
    /// Decay of the generator's exponential moving average, which sampling uses; 0 for the parameters themselves.
    public var averageDecay: Double
    /// A pixel p in [0, 1] enters the networks as (p − mean) / deviation; points of the plane alike.
    public var pixelMean: Double
    public var pixelDeviation: Double

    public init(
        architecture: Architecture, generatorWidth: Int = 64, discriminatorWidth: Int = 64, latentSize: Int = 100,
        loss: LossKind = .nonSaturating, r1: Double = 0, gradientPenalty: Double = 0,
        schedule: Schedule = .alternating, discriminatorSteps: Int = 1, shards: Int = 4, shardBatch: Int = 32,
        steps: Int = 1000, seed: UInt64 = 0, generatorOptimizer: AdamSettings = AdamSettings(),
        discriminatorOptimizer: AdamSettings = AdamSettings(), averageDecay: Double = 0.99, pixelMean: Double = 0.5,
        pixelDeviation: Double = 0.5
    ) {
        self.architecture = architecture
        self.generatorWidth = generatorWidth
        self.discriminatorWidth = discriminatorWidth
        self.latentSize = latentSize
        self.loss = loss
        self.r1 = r1
        self.gradientPenalty = gradientPenalty
        self.schedule = schedule
        self.discriminatorSteps = discriminatorSteps
        self.shards = shards
        self.shardBatch = shardBatch
        self.steps = steps
        self.seed = seed
        self.generatorOptimizer = generatorOptimizer
        self.discriminatorOptimizer = discriminatorOptimizer
        self.averageDecay = averageDecay
        self.pixelMean = pixelMean
        self.pixelDeviation = pixelDeviation
    }
}
