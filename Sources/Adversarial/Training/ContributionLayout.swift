import NeuralNetworks

/// What a shard contributes to a round, as one flat vector of float32 that the reduction tree adds up: gradients, batch
/// statistics and the means that are reported.
///
/// | round | contents |
/// | --- | --- |
/// | discriminator | discriminator's section, generator's statistics |
/// | generator | generator's section |
/// | simultaneous | discriminator's section, generator's statistics, generator's section |
///
/// The discriminator's section is its gradient, its batch statistics of the real and of the fake pass, its loss,
/// V(D, G), D(x) and D(G(z)); the generator's is its gradient, the discriminator's batch statistics of the pass through
/// it, and the loss.
public struct ContributionLayout: Sendable, Hashable {
    public let generatorParameters: Int
    public let discriminatorParameters: Int
    public let generatorStatistics: Int
    public let discriminatorStatistics: Int

    public init(_ networks: Networks) {
        generatorParameters = networks.generatorLayout.parameterCount
        discriminatorParameters = networks.discriminatorLayout.parameterCount
        generatorStatistics = networks.generatorLayout.statisticsCount
        discriminatorStatistics = networks.discriminatorLayout.statisticsCount
    }

    // Inside the discriminator's section.
    var realStatistics: Int { discriminatorParameters }
    var fakeStatistics: Int { realStatistics + discriminatorStatistics }
    var discriminatorLoss: Int { fakeStatistics + discriminatorStatistics }
    var value: Int { discriminatorLoss + 1 }
    var realScore: Int { discriminatorLoss + 2 }
    var fakeScore: Int { discriminatorLoss + 3 }
    var discriminatorSection: Int { discriminatorLoss + 4 }

    // Inside the generator's section.
    var throughStatistics: Int { generatorParameters }
    var generatorLoss: Int { throughStatistics + discriminatorStatistics }
    var generatorSection: Int { generatorLoss + 1 }

    /// Length of a shard's contribution.
    public func count(_ kind: RoundKind) -> Int {
        switch kind {
        case .discriminator: discriminatorSection + generatorStatistics
        case .generator: generatorSection
        case .simultaneous: discriminatorSection + generatorStatistics + generatorSection
        }
    }

    /// Where the sections of a contribution begin; nil for what the round does not have.
    func discriminatorOffset(_ kind: RoundKind) -> Int? { kind == .generator ? nil : 0 }
    func generatorStatisticsOffset(_ kind: RoundKind) -> Int? { kind == .generator ? nil : discriminatorSection }

    func generatorOffset(_ kind: RoundKind) -> Int? {
        switch kind {
        case .discriminator: nil
        case .generator: 0
        case .simultaneous: discriminatorSection + generatorStatistics
        }
    }
}
