import Adversarial
import RunConfiguration

/// Watches whether the generator still learns: by the metrics of the steps alone.
///
/// A step is dead if the discriminator tells real from generated samples with certainty (mean D(x) over 0.99 and mean
/// D(G(z)) under 0.01: the loss −log(1 − D(G(z))) is flat there, Goodfellow et al., 2014, section 3), or if no gradient
/// reaches the generator. A training is dead while nearly all of the last hundred steps are.
package struct TrainingHealth: Sendable {
    /// Why a step teaches the generator nothing.
    package enum Cause: Sendable, Hashable {
        /// The discriminator is certain of every sample.
        case certainDiscriminator
        /// The generator's gradient is 0.
        case noGradient
    }

    /// What a step has changed.
    package enum Change: Sendable, Hashable {
        case died(since: UInt64, Cause)
        case recovered(at: UInt64)
    }

    /// Steps that are looked at together.
    package static let window = 100
    /// Dead ones among them from which on a training is dead, and up to which it lives again.
    package static let (deadly, harmless) = (95, 20)

    /// The last steps, oldest first.
    private var steps: [(step: UInt64, cause: Cause?)] = []
    /// The first step of the present death, and its cause; nil while the generator learns.
    package private(set) var death: (since: UInt64, cause: Cause)?

    package init() {}

    /// Takes note of a step.
    /// - Returns: what it has changed, once for each change.
    package mutating func observe(_ metrics: StepMetrics) -> Change? {
        if steps.count == Self.window { steps.removeFirst() }
        steps.append((metrics.step, Self.cause(metrics)))
        let dead = steps.filter { $0.cause != nil }
        if death == nil, dead.count >= Self.deadly, let first = dead.first, let cause = dead.last?.cause {
            death = (first.step, cause)
            return .died(since: first.step, cause)
        }
        if death != nil, dead.count <= Self.harmless {
            death = nil
            return .recovered(at: metrics.step)
        }
        return nil
    }

    static func cause(_ metrics: StepMetrics) -> Cause? {
        let (g, d) = (metrics.generatorGradientNorm, metrics.discriminatorGradientNorm)
        // Norms of working networks are over 1e-3; those of dead ones are exactly 0, or underflow.
        if g < 1e-12 || (g < 1e-6 && d < 1e-6) { return .noGradient }
        // Only a probability has these bounds.
        if metrics.valueFunction != nil, let real = metrics.realScore, let fake = metrics.fakeScore, real > 0.99,
            fake < 0.01
        {
            return .certainDiscriminator
        }
        return nil
    }

    // MARK: Words

    /// What to say while the generator learns nothing; nil while it learns.
    package func sentence(_ recipe: Recipe) -> String? {
        guard let death else { return nil }
        let reason =
            switch death.cause {
            case .noGradient: "its gradient is 0"
            case .certainDiscriminator:
                "the discriminator is certain of every sample (D(x) over 0.99, D(G(z)) under 0.01)"
            }
        return "since step \(death.since) the generator learns nothing: \(reason); try \(Self.remedies(recipe))"
    }

    private static func remedies(_ recipe: Recipe) -> String {
        var remedies: [String] = []
        if recipe.loss == .minimax { remedies.append("loss.kind=non-saturating") }
        remedies.append(
            "discriminator.optimizer.learningRate below \(YAMLScalar.text(of: recipe.discriminatorOptimizer.learningRate))"
        )
        remedies.append(recipe.r1 > 0 ? "loss.r1 over \(YAMLScalar.text(of: recipe.r1))" : "loss.r1=1")
        return remedies.dropLast().joined(separator: ", ") + " or " + remedies[remedies.count - 1]
    }
}
