import Adversarial
import RunConfiguration

/// A verdict on a training every hundred steps, from what is measured anyway: the discriminator's outputs and loss, the norms of
/// both gradients and their ratio, and how much the samples of the grids differ.
///
/// | verdict | what of a hundred steps, or of the newest two grids, says so |
/// | --- | --- |
/// | diverging | the median of the larger gradient norm is over 10⁴, or 1,000 times the least median so far and over 100 |
/// | collapsed | the samples of a grid vary by less than a tenth of what real ones do, twice in a row, or from the first five on |
/// | generator stuck | the generator's gradient is 0, or less than 10⁻⁶ of the discriminator's, in 95 steps |
/// | discriminator winning | in 95 steps mean D(x) is over 0.99 and mean D(G(z)) under 0.01, or, where D gives no probabilities, its loss is under a thousandth of what it is where D tells nothing |
///
/// The loss −log(1 − D(G(z))) is flat where the discriminator is certain (Goodfellow et al., 2014, section 3), and so are those that
/// pair real and fake samples. Of several verdicts the first of the table is said. A verdict stays until at most 20 steps of a
/// hundred speak for it, or the samples vary by a fifth of what real ones do.
package struct TrainingHealth: Sendable {
    package enum Verdict: String, Sendable, CaseIterable, Hashable {
        case healthy
        case discriminatorWinning = "discriminator winning"
        case generatorStuck = "generator stuck"
        case collapsed
        case diverging
    }

    /// Steps that are looked at together.
    package static let window = 100
    /// Steps among them from which on a verdict is said, and up to which it is taken back.
    package static let (many, few) = (95, 20)
    /// The median of the larger gradient norm over which a training diverges, whatever it was before.
    private static let largeNorm = 1e4
    /// The same, as a multiple of the least median so far, and the norm under which that means nothing.
    private static let (growth, ordinaryNorm) = (1e3, 100.0)
    /// Uniform grids in a row that are a collapse: of a generator that has drawn diverse ones, and of one that never has, as none
    /// does in its first steps.
    private static let (uniformGrids, firstGrids) = (2, 5)
    /// What part of the variance among real samples is too little, and enough again.
    private static let (uniform, diverse) = (0.1, 0.2)

    /// The newest verdict; nil before the first hundred steps.
    package private(set) var verdict: Verdict?
    /// The first step that it is of.
    package private(set) var since: UInt64 = 0

    private let recipe: Recipe
    /// What the discriminator's loss is where it tells nothing; nil where probabilities say more, or winning is no fault.
    private let lossOfIgnorance: Double?
    /// Of the steps since the last verdict.
    private var winning = Sign()
    private var stuck = Sign()
    private var norms: [Double] = []
    private var leastMedian = Double.infinity
    /// Variance among the samples of the newest grids over that among real ones.
    private var diversities: [(step: UInt64, ratio: Double)] = []
    private var hasBeenDiverse = false

    /// In which steps something was seen.
    private struct Sign: Sendable {
        /// Of the present hundred.
        var count = 0
        /// The first of the steps in which it was seen without a break.
        var streak: UInt64?
        /// The first of the present hundred.
        var first: UInt64?

        mutating func note(_ isSeen: Bool, _ step: UInt64) {
            guard isSeen else {
                streak = nil
                return
            }
            count += 1
            streak = streak ?? step
            first = first ?? streak
        }

        mutating func next() {
            (count, first) = (0, nil)
        }
    }

    package init(_ recipe: Recipe) {
        self.recipe = recipe
        let loss = recipe.adversarialLoss
        lossOfIgnorance = loss.givesProbability ? nil : loss.discriminatorLossOfZeros
        norms.reserveCapacity(Self.window)
    }

    /// Takes note of a step.
    /// - Returns: the verdict, where it is another than before.
    package mutating func observe(_ metrics: StepMetrics) -> Verdict? {
        let (g, d) = (metrics.generatorGradientNorm, metrics.discriminatorGradientNorm)
        winning.note(isWinning(metrics), metrics.step)
        // Norms of working networks are over 1e-3; those of dead ones are exactly 0, or underflow.
        stuck.note(g < 1e-12 || (g < 1e-6 && d < 1e-6) || g < 1e-6 * d, metrics.step)
        norms.append(max(g, d))
        guard metrics.step % UInt64(Self.window) == 0 else { return nil }
        defer {
            norms.removeAll(keepingCapacity: true)
            winning.next()
            stuck.next()
        }
        // A run that goes on may have begun within this hundred.
        guard norms.count >= Self.many else { return nil }
        let before = verdict
        let (now, first) = judge(metrics.step)
        guard now != before else { return nil }
        verdict = now
        since = first
        return before == nil && now == .healthy ? nil : now
    }

    /// Takes note of a grid of samples.
    ///
    /// - Parameter diversity: the variance among its samples over that among real ones.
    package mutating func observe(diversity: Double, step: UInt64) {
        diversities = diversities.suffix(Self.firstGrids - 1) + [(step, diversity)]
        hasBeenDiverse = hasBeenDiverse || diversity >= Self.diverse
    }

    private mutating func judge(_ step: UInt64) -> (Verdict, since: UInt64) {
        let begin = step - UInt64(Self.window) + 1
        norms.sort()
        let median = norms[norms.count / 2]
        defer { leastMedian = min(leastMedian, median) }
        // Not a number counts too.
        if !(median <= Self.largeNorm) || (median > Self.ordinaryNorm && median > Self.growth * leastMedian) {
            return (.diverging, begin)
        }
        let isCollapsed = verdict == .collapsed
        let grids = diversities.suffix(isCollapsed ? 1 : hasBeenDiverse ? Self.uniformGrids : Self.firstGrids)
        let isUniform = grids.allSatisfy { $0.ratio < (isCollapsed ? Self.diverse : Self.uniform) }
        if isUniform, let first = grids.first, isCollapsed || grids.count >= Self.uniformGrids,
            hasBeenDiverse || grids.count == Self.firstGrids || isCollapsed
        {
            return (.collapsed, isCollapsed ? since : first.step)
        }
        for (sign, verdict) in [(stuck, Verdict.generatorStuck), (winning, .discriminatorWinning)]
        where sign.count >= Self.many || self.verdict == verdict && sign.count > Self.few {
            return (verdict, sign.first ?? begin)
        }
        return (.healthy, begin)
    }

    private func isWinning(_ metrics: StepMetrics) -> Bool {
        // Only a probability has these bounds.
        if metrics.valueFunction != nil, let real = metrics.realScore, let fake = metrics.fakeScore {
            return real > 0.99 && fake < 0.01
        }
        return lossOfIgnorance.map { metrics.discriminatorLoss < $0 / 1000 } ?? false
    }

    // MARK: Words

    /// "discriminator winning since step 790: …; try …", or "healthy"; nil before the first verdict.
    package var sentence: String? {
        guard let verdict else { return nil }
        guard verdict != .healthy else { return verdict.rawValue }
        return "\(verdict.rawValue) since step \(since): \(reason(verdict)); try " + remedies(verdict)
    }

    private func reason(_ verdict: Verdict) -> String {
        switch verdict {
        case .healthy: ""
        case .diverging: "the gradients have grown out of all bounds"
        case .collapsed:
            "the generator's samples hardly differ from each other (their variance is under a tenth of that of real ones)"
        case .generatorStuck: "no gradient reaches the generator"
        case .discriminatorWinning:
            lossOfIgnorance == nil
                ? "the discriminator is certain of every sample (D(x) over 0.99, D(G(z)) under 0.01)"
                : "the discriminator tells real from generated samples with hardly any loss"
        }
    }

    /// What to try: keys with values, from the likeliest on.
    private func remedies(_ verdict: Verdict) -> String {
        func below(_ network: String, _ rate: Double) -> String {
            "\(network).optimizer.learningRate below \(YAMLScalar.text(of: rate))"
        }
        let generator = below("generator", recipe.generatorOptimizer.learningRate.start)
        let discriminator = below("discriminator", recipe.discriminatorOptimizer.learningRate.start)
        let r1 = recipe.r1.isPositive ? "loss.r1 over \(YAMLScalar.text(of: recipe.r1.start))" : "loss.r1=1"
        var remedies: [String] = []
        if recipe.loss == .minimax, verdict != .diverging { remedies.append("loss.kind=non-saturating") }
        switch verdict {
        case .healthy: break
        case .discriminatorWinning, .generatorStuck: remedies += [discriminator, r1]
        case .collapsed:
            remedies += [generator, r1]
            if recipe.loss.allowsRelativistic, !recipe.isRelativistic { remedies.append("loss.relativistic=true") }
        case .diverging:
            remedies += [generator, discriminator]
            if recipe.loss == .wasserstein {
                remedies.append(
                    recipe.gradientPenalty.isPositive
                        ? "loss.gradientPenalty over \(YAMLScalar.text(of: recipe.gradientPenalty.start))"
                        : "loss.gradientPenalty=10")
            } else {
                remedies.append(r1)
            }
        }
        return remedies.dropLast().joined(separator: ", ") + " or " + remedies[remedies.count - 1]
    }
}

extension StopCondition {
    /// Whether a run ends at this verdict.
    package func applies(to verdict: TrainingHealth.Verdict) -> Bool {
        switch self {
        case .never: false
        case .collapsed: verdict == .collapsed
        case .unhealthy: verdict != .healthy
        }
    }
}
