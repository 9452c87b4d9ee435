import TensorCore

/// The adversarial losses by name.
public enum LossKind: String, Sendable, CaseIterable, Hashable {
    case minimax
    case nonSaturating = "non-saturating"
    case leastSquares = "least-squares"
    case hinge
    case wasserstein

    /// Whether the loss has a relativistic form.
    public var allowsRelativistic: Bool {
        switch self {
        case .nonSaturating, .leastSquares, .hinge: true
        case .minimax, .wasserstein: false
        }
    }
}

/// What both networks minimise, as functions of the discriminator's outputs `[batch, 1]` for real and for fake samples.
///
/// With s an output and D = σ(s), log D = −softplus(−s) and log(1 − D) = −softplus(s): no logarithm of a probability is ever
/// taken.
public struct AdversarialLoss: Sendable, Hashable {
    public var kind: LossKind
    /// Compares each real sample with the fake one of the same place in the shard (Jolicoeur-Martineau, "The relativistic
    /// discriminator", 2018).
    public var isRelativistic: Bool

    /// - Precondition: a relativistic loss is of a kind that allows it.
    public init(_ kind: LossKind, isRelativistic: Bool = false) {
        precondition(!isRelativistic || kind.allowsRelativistic, "the \(kind.rawValue) loss has no relativistic form")
        self.kind = kind
        self.isRelativistic = isRelativistic
    }

    /// Whether the discriminator's output is the logit of a probability.
    public var givesProbability: Bool {
        switch kind {
        case .minimax, .nonSaturating: !isRelativistic
        case .leastSquares, .hinge, .wasserstein: false
        }
    }

    /// Whether the generator's loss depends on the real samples, which its round then has to load.
    public var generatorReadsReal: Bool { isRelativistic }

    /// What the discriminator minimises.
    ///
    /// | loss | formula | paper |
    /// | --- | --- | --- |
    /// | minimax | −V(D, G) = −E[log D(x)] − E[log(1 − D(G(z)))] | Goodfellow et al., 2014, equation 1 |
    /// | non-saturating | −½ E[log D(x)] − ½ E[log(1 − D(G(z)))] | Goodfellow et al., 2014; as binary cross-entropies |
    /// | least squares | ½ E[(D(x) − 1)²] + ½ E[D(G(z))²] | Mao et al., 2017, equation 8 with a = 0, b = c = 1 |
    /// | hinge | E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))] | Lim and Ye, 2017; Miyato et al., 2018 |
    /// | Wasserstein | E[D(G(z))] − E[D(x)] | Arjovsky et al., 2017 |
    /// | relativistic | E f(D(x) − D(G(z))), f as in `pairing` | Jolicoeur-Martineau, 2018; Huang et al., 2024 |
    public func discriminatorLoss(real: Tensor, fake: Tensor) -> Tensor {
        if isRelativistic { return pairing(real - fake).mean() }
        return switch kind {
        case .minimax: (-real).softplus().mean() + fake.softplus().mean()
        case .nonSaturating: ((-real).softplus().mean() + fake.softplus().mean()) * 0.5
        case .leastSquares: ((real - 1).squared().mean() + fake.squared().mean()) * 0.5
        case .hinge: (1 - real).relu().mean() + (1 + fake).relu().mean()
        case .wasserstein: fake.mean() - real.mean()
        }
    }

    /// What the discriminator's loss is where all its outputs are 0, for they tell nothing; nil for a loss without a lower bound.
    public var discriminatorLossOfZeros: Double? {
        let logarithmOf2 = 0.693147
        return switch (kind, isRelativistic) {
        case (.minimax, _): 2 * logarithmOf2
        case (.nonSaturating, _): logarithmOf2
        case (.leastSquares, let isRelativistic): isRelativistic ? 1 : 0.5
        case (.hinge, let isRelativistic): isRelativistic ? 1 : 2
        case (.wasserstein, _): nil
        }
    }

    /// What the generator minimises. Only a relativistic loss reads `real`.
    ///
    /// | loss | formula |
    /// | --- | --- |
    /// | minimax | E[log(1 − D(G(z)))] |
    /// | non-saturating | −E[log D(G(z))] |
    /// | least squares | ½ E[(D(G(z)) − 1)²] |
    /// | hinge, Wasserstein | −E[D(G(z))] |
    /// | relativistic | E f(D(G(z)) − D(x)) |
    public func generatorLoss(real: Tensor, fake: Tensor) -> Tensor {
        if isRelativistic { return pairing(fake - real).mean() }
        return switch kind {
        case .minimax: -fake.softplus().mean()
        case .nonSaturating: (-fake).softplus().mean()
        case .leastSquares: (fake - 1).squared().mean() * 0.5
        case .hinge, .wasserstein: -fake.mean()
        }
    }

    /// f of a relativistic loss: softplus(−t) for non-saturating, max(0, 1 − t) for hinge, (t − 1)² for least squares.
    private func pairing(_ t: Tensor) -> Tensor {
        switch kind {
        case .nonSaturating: (-t).softplus()
        case .hinge: (1 - t).relu()
        case .leastSquares: (t - 1).squared()
        case .minimax, .wasserstein: preconditionFailure("the \(kind.rawValue) loss has no relativistic form")
        }
    }

    /// What is reported as D(x) or D(G(z)): the mean probability, or the mean score.
    public func meanScore(_ outputs: Tensor) -> Tensor {
        givesProbability ? outputs.sigmoid().mean() : outputs.mean()
    }

    /// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))], for a discriminator that gives probabilities.
    public func valueFunction(real: Tensor, fake: Tensor) -> Tensor {
        -((-real).softplus().mean() + fake.softplus().mean())
    }
}
