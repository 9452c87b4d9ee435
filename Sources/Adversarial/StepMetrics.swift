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
    /// Whether it is of a penalty, which not every update of the discriminator has.
    let isOfPenalty: Bool
    let tensor: @Sendable (StepTensors, AdversarialLoss) -> Tensor

    init(
        _ name: String, _ network: Network, where isReported: @escaping @Sendable (Recipe) -> Bool = { _ in true },
        isOfPenalty: Bool = false,
        _ tensor: @escaping @Sendable (StepTensors, AdversarialLoss) -> Tensor
    ) {
        self.name = name
        self.network = network
        self.isReported = isReported
        self.isOfPenalty = isOfPenalty
        self.tensor = tensor
    }

    public static let all: [StepMetric] = [
        // Without penalties.
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
        // Mean sign of the decisions on real samples: by it ADA tells how much the discriminator overfits.
        StepMetric("signOfReal", .discriminator, where: \.augmentation.isAdaptive) { tensors, loss in
            loss.decisions(real: tensors.real, fake: tensors.fake).sign().mean()
        },
        StepMetric("generatorLoss", .generator) { tensors, _ in tensors.generatorLoss },
        // Penalties with their weights: what they add to the discriminator's loss.
        StepMetric("r1Penalty", .discriminator, where: \.r1.isPositive, isOfPenalty: true) { tensors, _ in
            tensors.penalties!.r1
        },
        StepMetric("r2Penalty", .discriminator, where: \.r2.isPositive, isOfPenalty: true) { tensors, _ in
            tensors.penalties!.r2
        },
        StepMetric("gradientPenalty", .discriminator, where: \.gradientPenalty.isPositive, isOfPenalty: true) {
            tensors, _ in tensors.penalties!.gradient
        },
    ]

    /// Those that a recipe's rounds of a network report, in the order of a contribution.
    static func reported(by recipe: Recipe, _ network: Network) -> [StepMetric] {
        all.filter { $0.network == network && $0.isReported(recipe) }
    }

    /// The numbers of the penalties among `StepMetrics.names`.
    static let penaltyIndices = all.indices.filter { all[$0].isOfPenalty }

    /// The numbers of these metrics among `StepMetrics.names`.
    static func indices(of metrics: [StepMetric]) -> [Int] {
        metrics.map { metric in all.firstIndex { $0.name == metric.name }! }
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
    /// Only where penalties are reported.
    let penalties: Penalties?

    /// Weighted penalties: scalars, 0 where the round has none.
    struct Penalties {
        let r1: Tensor
        let r2: Tensor
        let gradient: Tensor
    }
}

/// What is reported of a training step: means over the global batch, by name. It lies in place: to report a step allocates nothing.
public struct StepMetrics: Sendable, Hashable {
    /// The step, counted from 1: the number of generator updates done with it.
    public var step: UInt64
    /// The numbers in the order of `names`, 0 where there is none.
    private var numbers = SIMD32<Double>()
    /// Bit i: whether number i is there.
    private var present: UInt32 = 0

    /// - Parameter values: by the names of `names`; what the recipe does not report is missing.
    public init(step: UInt64, values: [String: Double] = [:]) {
        self.step = step
        for (name, value) in values { self[name] = value }
    }

    /// All names, in the order in which they are written: the metrics, the Euclidean norms of the mean gradients, and ADA's
    /// probability.
    public static let names =
        StepMetric.all.map(\.name) + Network.allCases.map { "\($0)GradientNorm" } + ["augmentationProbability"]

    /// Where ADA's numbers stand among the names.
    static let signOfRealIndex = names.firstIndex(of: "signOfReal")!
    static let augmentationProbabilityIndex = names.firstIndex(of: "augmentationProbability")!

    /// Where the norm of a network's gradient stands among the names.
    static func gradientNormIndex(_ network: Network) -> Int {
        StepMetric.all.count + (network == .generator ? 0 : 1)
    }

    static func gradientNorm(_ network: Network) -> String { names[gradientNormIndex(network)] }

    /// The numbers that are there, by name.
    public var values: [String: Double] {
        var values: [String: Double] = [:]
        for (index, name) in Self.names.enumerated() { values[name] = self[index] }
        return values
    }

    /// - Precondition: to be set, the name is one of `names`.
    public subscript(_ name: String) -> Double? {
        get { Self.names.firstIndex(of: name).flatMap { self[$0] } }
        set {
            guard let index = Self.names.firstIndex(of: name) else {
                preconditionFailure("'\(name)' is no metric of a step")
            }
            self[index] = newValue
        }
    }

    subscript(_ index: Int) -> Double? {
        get { present >> index & 1 == 1 ? numbers[index] : nil }
        set {
            numbers[index] = newValue ?? 0
            present = newValue == nil ? present & ~(1 << index) : present | 1 << index
        }
    }

    /// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]; nil for losses whose discriminator gives no probability.
    public var valueFunction: Double? { self["valueFunction"] }
    /// Mean D(x) and mean D(G(z)): probabilities, or scores for losses without; nil for relativistic losses.
    public var realScore: Double? { self["realScore"] }
    public var fakeScore: Double? { self["fakeScore"] }
    /// Mean D(x) − D(G(z)); nil for losses that are not relativistic.
    public var scoreDifference: Double? { self["scoreDifference"] }
    public var discriminatorLoss: Double { self["discriminatorLoss"] ?? .nan }
    public var generatorLoss: Double { self["generatorLoss"] ?? .nan }
    public var discriminatorGradientNorm: Double { self["discriminatorGradientNorm"] ?? .nan }
    public var generatorGradientNorm: Double { self["generatorGradientNorm"] ?? .nan }
}
