import TensorCore

// The adversarial losses, of logits (or scores) `[batch, 1]`. With s the discriminator's output and D = σ(s),
// log D = −softplus(−s) and log(1 − D) = −softplus(s): no logarithm of a probability is ever taken.

extension LossKind {
    /// Whether the discriminator's output is the logit of a probability.
    public var givesProbability: Bool {
        switch self {
        case .minimax, .nonSaturating: true
        case .leastSquares, .hinge, .wasserstein: false
        }
    }

    /// What the discriminator minimises.
    ///
    /// | loss | formula | paper |
    /// | --- | --- | --- |
    /// | minimax | −V(D, G) = −E[log D(x)] − E[log(1 − D(G(z)))] | Goodfellow et al., 2014, equation 1 |
    /// | non-saturating | −½ E[log D(x)] − ½ E[log(1 − D(G(z)))] | Goodfellow et al., 2014; as binary cross-entropies |
    /// | least squares | ½ E[(D(x) − 1)²] + ½ E[D(G(z))²] | Mao et al., 2017, equation 8 with a = 0, b = c = 1 |
    /// | hinge | E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))] | Lim and Ye, 2017; Miyato et al., 2018 |
    /// | Wasserstein | E[D(G(z))] − E[D(x)] | Arjovsky et al., 2017 |
    public func discriminatorLoss(real: Tensor, fake: Tensor) -> Tensor {
        switch self {
        case .minimax: (-real).softplus().mean() + fake.softplus().mean()
        case .nonSaturating: ((-real).softplus().mean() + fake.softplus().mean()) * 0.5
        case .leastSquares: ((real - 1).squared().mean() + fake.squared().mean()) * 0.5
        case .hinge: (1 - real).relu().mean() + (1 + fake).relu().mean()
        case .wasserstein: fake.mean() - real.mean()
        }
    }

    /// What the generator minimises.
    ///
    /// | loss | formula |
    /// | --- | --- |
    /// | minimax | E[log(1 − D(G(z)))] |
    /// | non-saturating | −E[log D(G(z))] |
    /// | least squares | ½ E[(D(G(z)) − 1)²] |
    /// | hinge, Wasserstein | −E[D(G(z))] |
    public func generatorLoss(fake: Tensor) -> Tensor {
        switch self {
        case .minimax: -fake.softplus().mean()
        case .nonSaturating: (-fake).softplus().mean()
        case .leastSquares: (fake - 1).squared().mean() * 0.5
        case .hinge, .wasserstein: -fake.mean()
        }
    }

    /// What is reported as D(x) or D(G(z)): the mean probability, or the mean score.
    public func meanScore(_ outputs: Tensor) -> Tensor {
        givesProbability ? outputs.sigmoid().mean() : outputs.mean()
    }

    /// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]; nil where the loss gives no probability.
    public func valueFunction(real: Tensor, fake: Tensor) -> Tensor? {
        givesProbability ? -((-real).softplus().mean() + fake.softplus().mean()) : nil
    }
}
