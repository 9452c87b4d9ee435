/// What is reported of a training step: means over the global batch.
public struct StepMetrics: Sendable, Hashable {
    /// The step, counted from 1: the number of generator updates done with it.
    public var step: UInt64
    /// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]; nil for losses whose discriminator gives no probability.
    public var value: Double?
    /// Mean D(x): a probability, or the mean score for losses without one.
    public var realScore: Double
    /// Mean D(G(z)), of the discriminator's last round of the step: a probability or a mean score.
    public var fakeScore: Double
    public var discriminatorLoss: Double
    public var generatorLoss: Double
    /// Euclidean norms of the mean gradients.
    public var discriminatorGradientNorm: Double
    public var generatorGradientNorm: Double

    public init(
        step: UInt64, value: Double?, realScore: Double, fakeScore: Double, discriminatorLoss: Double,
        generatorLoss: Double, discriminatorGradientNorm: Double, generatorGradientNorm: Double
    ) {
        self.step = step
        self.value = value
        self.realScore = realScore
        self.fakeScore = fakeScore
        self.discriminatorLoss = discriminatorLoss
        self.generatorLoss = generatorLoss
        self.discriminatorGradientNorm = discriminatorGradientNorm
        self.generatorGradientNorm = generatorGradientNorm
    }
}
