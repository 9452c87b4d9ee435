import Adversarial
import Foundation

/// What a loss says of a discriminator's outputs on real and on generated samples, in float64: the formulas of `LossKind`
/// without penalties, over any number of samples.
package struct AdversarialScores: Sendable, Hashable {
    /// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]; nil for losses whose discriminator gives no probability. −log 4 where it
    /// cannot tell the two apart.
    package let value: Double?
    /// Mean D(x): a probability, or the mean score.
    package let realScore: Double
    /// Mean D(G(z)), likewise.
    package let fakeScore: Double
    package let discriminatorLoss: Double
    package let generatorLoss: Double

    /// - Parameters:
    ///   - real: the discriminator's outputs (logits, or scores) for samples of the data.
    ///   - fake: the same for generated samples. Their number may be another.
    /// - Precondition: there is at least one of each.
    package init(loss: LossKind, real: [Float], fake: [Float]) {
        precondition(!real.isEmpty && !fake.isEmpty, "a mean has at least one value")
        func mean(_ outputs: [Float], _ function: (Double) -> Double) -> Double {
            outputs.reduce(0) { $0 + function(Double($1)) } / Double(outputs.count)
        }
        // With s the logit, log D = −softplus(−s) and log(1 − D) = −softplus(s).
        let negativeLogReal = mean(real) { Self.softplus(-$0) }
        let negativeLogFake = mean(fake) { Self.softplus($0) }
        value = loss.givesProbability ? -negativeLogReal - negativeLogFake : nil
        realScore = mean(real) { loss.givesProbability ? Self.sigmoid($0) : $0 }
        fakeScore = mean(fake) { loss.givesProbability ? Self.sigmoid($0) : $0 }
        switch loss {
        case .minimax:
            discriminatorLoss = negativeLogReal + negativeLogFake
            generatorLoss = -negativeLogFake
        case .nonSaturating:
            discriminatorLoss = (negativeLogReal + negativeLogFake) / 2
            generatorLoss = mean(fake) { Self.softplus(-$0) }
        case .leastSquares:
            discriminatorLoss = (mean(real) { ($0 - 1) * ($0 - 1) } + mean(fake) { $0 * $0 }) / 2
            generatorLoss = mean(fake) { ($0 - 1) * ($0 - 1) } / 2
        case .hinge:
            discriminatorLoss = mean(real) { max(0, 1 - $0) } + mean(fake) { max(0, 1 + $0) }
            generatorLoss = -mean(fake) { $0 }
        case .wasserstein:
            discriminatorLoss = mean(fake) { $0 } - mean(real) { $0 }
            generatorLoss = -mean(fake) { $0 }
        }
    }

    /// log(1 + eˣ), without overflow.
    private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

    /// 1 / (1 + e⁻ˣ), without overflow.
    private static func sigmoid(_ x: Double) -> Double {
        let small = exp(-abs(x))
        return x >= 0 ? 1 / (1 + small) : small / (1 + small)
    }
}
