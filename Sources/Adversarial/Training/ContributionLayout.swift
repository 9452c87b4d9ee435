import NeuralNetworks

/// What a shard contributes to a round, as one flat vector of float32 that the reduction tree adds up: gradients, what the moving
/// averages are updated with, and the metrics.
///
/// | round | contents |
/// | --- | --- |
/// | discriminator | discriminator's section, generator's averages |
/// | generator | generator's section |
/// | simultaneous | discriminator's section, generator's averages, generator's section |
///
/// The discriminator's section is its gradient, what its pass on real samples reports for its averages, what its pass on fakes
/// reports, and its metrics. The generator's section is its gradient, what the discriminator's passes in the generator's round
/// report (on real samples where the loss reads them, then on fakes), and its metrics.
public struct ContributionLayout: Sendable {
    public let generatorParameters: Int
    public let discriminatorParameters: Int
    public let generatorAverages: Int
    public let discriminatorAverages: Int
    /// Whether the generator's section has the reports of a pass on real samples.
    let generatorSectionHasReal: Bool
    let discriminatorMetrics: [StepMetric]
    let generatorMetrics: [StepMetric]
    /// Their places among the names of `StepMetrics`.
    let discriminatorMetricIndices: [Int]
    let generatorMetricIndices: [Int]

    public init(_ recipe: Recipe, _ networks: Networks) {
        generatorParameters = networks.generatorLayout.parameterCount
        discriminatorParameters = networks.discriminatorLayout.parameterCount
        generatorAverages = networks.generatorLayout.averageCount
        discriminatorAverages = networks.discriminatorLayout.averageCount
        // In the simultaneous order one pass serves both losses, and reports to the discriminator's section.
        generatorSectionHasReal = recipe.adversarialLoss.generatorReadsReal && recipe.updateOrder == .alternating
        discriminatorMetrics = StepMetric.reported(by: recipe, .discriminator)
        generatorMetrics = StepMetric.reported(by: recipe, .generator)
        discriminatorMetricIndices = StepMetric.indices(of: discriminatorMetrics)
        generatorMetricIndices = StepMetric.indices(of: generatorMetrics)
    }

    // Inside the discriminator's section.
    var realAverages: Int { discriminatorParameters }
    var fakeAverages: Int { realAverages + discriminatorAverages }
    var discriminatorMetricsOffset: Int { fakeAverages + discriminatorAverages }
    var discriminatorSection: Int { discriminatorMetricsOffset + discriminatorMetrics.count }

    // Inside the generator's section.
    var generatorRealAverages: Int { generatorParameters }
    var generatorFakeAverages: Int {
        generatorRealAverages + (generatorSectionHasReal ? discriminatorAverages : 0)
    }
    var generatorMetricsOffset: Int { generatorFakeAverages + discriminatorAverages }
    var generatorSection: Int { generatorMetricsOffset + generatorMetrics.count }

    /// Length of a shard's contribution.
    public func count(_ kind: RoundKind) -> Int {
        switch kind {
        case .discriminator: discriminatorSection + generatorAverages
        case .generator: generatorSection
        case .simultaneous: discriminatorSection + generatorAverages + generatorSection
        }
    }

    /// Where the sections of a contribution begin; nil for what the round does not have.
    func discriminatorOffset(_ kind: RoundKind) -> Int? { kind == .generator ? nil : 0 }
    func generatorAveragesOffset(_ kind: RoundKind) -> Int? { kind == .generator ? nil : discriminatorSection }

    func generatorOffset(_ kind: RoundKind) -> Int? {
        switch kind {
        case .discriminator: nil
        case .generator: 0
        case .simultaneous: discriminatorSection + generatorAverages
        }
    }
}
