import TensorCore

/// One number that a training step reports: the mean over all shards of a scalar that a round computes.
///
/// Contributions, checkpoints, `metrics.jsonl` and what is shown follow from the list `all`: a metric more is one entry.
public struct StepMetric: Sendable {
    /// Its key in `metrics.jsonl`.
    public let name: String
    /// The network in whose round it is computed.
    let network: Network
    /// Whether a recipe has it.
    let isReported: @Sendable (Recipe) -> Bool
    let tensor: @Sendable (StepTensors, AdversarialLoss) -> Tensor

    init(
        _ name: String, _ network: Network, where isReported: @escaping @Sendable (Recipe) -> Bool = { _ in true },
        _ tensor: @escaping @Sendable (StepTensors, AdversarialLoss) -> Tensor
    ) {
        self.name = name
        self.network = network
        self.isReported = isReported
        self.tensor = tensor
    }

    public static let all: [StepMetric] = [
        // The objective: with its penalties.
        StepMetric("discriminatorLoss", .discriminator) { tensors, _ in tensors.discriminatorLoss },
        // V(D, G), for a discriminator that gives probabilities.
        StepMetric("valueFunction", .discriminator, where: \.adversarialLoss.givesProbability) { tensors, loss in
            loss.valueFunction(real: tensors.real, fake: tensors.fake)
        },
        // Mean D(x) and D(G(z)), probabilities or scores; those of the discriminator's last round of the step.
        StepMetric("realScore", .discriminator, where: { !$0.isRelativistic }) { tensors, loss in
            loss.meanScore(tensors.real)
        },
        StepMetric("fakeScore", .discriminator, where: { !$0.isRelativistic }) { tensors, loss in
            loss.meanScore(tensors.fake)
        },
        // Mean D(x) − D(G(z)): all that a relativistic discriminator tells.
        StepMetric("scoreDifference", .discriminator, where: \.isRelativistic) { tensors, _ in
            (tensors.real - tensors.fake).mean()
        },
        StepMetric("generatorLoss", .generator) { tensors, _ in tensors.generatorLoss },
    ]

    /// Those that a recipe's rounds of a network report, in the order of a contribution.
    static func reported(by recipe: Recipe, _ network: Network) -> [StepMetric] {
        all.filter { $0.network == network && $0.isReported(recipe) }
    }
}

/// The tensors of a step that metrics are made of.
struct StepTensors {
    /// The discriminator's outputs in its round `[batch, 1]`.
    let real: Tensor
    let fake: Tensor
    /// Scalars.
    let discriminatorLoss: Tensor
    let generatorLoss: Tensor
}

/// What is reported of a training step: means over the global batch, by name.
public struct StepMetrics: Sendable, Hashable {
    /// The step, counted from 1: the number of generator updates done with it.
    public var step: UInt64
    /// By the names of `StepMetrics.names`; what the recipe does not report is missing.
    public var values: [String: Double]

    public init(step: UInt64, values: [String: Double]) {
        self.step = step
        self.values = values
    }

    /// All names, in the order in which they are written: the metrics, then the Euclidean norms of the mean gradients.
    public static let names = StepMetric.all.map(\.name) + Network.allCases.map(gradientNorm)

    static func gradientNorm(_ network: Network) -> String { "\(network)GradientNorm" }

    public subscript(_ name: String) -> Double? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]; nil for losses whose discriminator gives no probability.
    public var valueFunction: Double? { values["valueFunction"] }
    /// Mean D(x) and mean D(G(z)): probabilities, or scores for losses without; nil for relativistic losses.
    public var realScore: Double? { values["realScore"] }
    public var fakeScore: Double? { values["fakeScore"] }
    /// Mean D(x) − D(G(z)); nil for losses that are not relativistic.
    public var scoreDifference: Double? { values["scoreDifference"] }
    public var discriminatorLoss: Double { values["discriminatorLoss"] ?? .nan }
    public var generatorLoss: Double { values["generatorLoss"] ?? .nan }
    public var discriminatorGradientNorm: Double { values["discriminatorGradientNorm"] ?? .nan }
    public var generatorGradientNorm: Double { values["generatorGradientNorm"] ?? .nan }
}
