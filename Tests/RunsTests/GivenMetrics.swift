import Adversarial

extension StepMetrics {
    /// The metrics of a step of a loss with scores, each given.
    init(
        step: UInt64, value: Double?, realScore: Double, fakeScore: Double, discriminatorLoss: Double,
        generatorLoss: Double, discriminatorGradientNorm: Double, generatorGradientNorm: Double
    ) {
        self.init(
            step: step,
            values: [
                "realScore": realScore, "fakeScore": fakeScore, "discriminatorLoss": discriminatorLoss,
                "generatorLoss": generatorLoss, "discriminatorGradientNorm": discriminatorGradientNorm,
                "generatorGradientNorm": generatorGradientNorm,
            ])
        self["valueFunction"] = value
    }
}
