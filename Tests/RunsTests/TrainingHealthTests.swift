import Adversarial
import RunConfiguration
import Runs
import Testing

/// The watcher on made series of metrics: what it says, when, how often, and when not.
struct TrainingHealthTests {
    private static func metrics(
        _ step: UInt64, value: Double? = -1, real: Double = 0.7, fake: Double = 0.3, norms: (Double, Double) = (1, 1)
    ) -> StepMetrics {
        StepMetrics(
            step: step, value: value, realScore: real, fakeScore: fake, discriminatorLoss: 1, generatorLoss: 1,
            discriminatorGradientNorm: norms.0, generatorGradientNorm: norms.1)
    }

    private static func certain(_ step: UInt64) -> StepMetrics { metrics(step, real: 1, fake: 1e-13) }
    private static func still(_ step: UInt64) -> StepMetrics { metrics(step, value: nil, norms: (0, 0)) }

    private func changes(_ series: [StepMetrics]) -> [TrainingHealth.Change] {
        var health = TrainingHealth()
        return series.compactMap { health.observe($0) }
    }

    @Test func aCertainDiscriminatorIsSaidOnceWithItsFirstStep() {
        let series = (1...789).map { Self.metrics($0) } + (790...2000).map { Self.certain($0) }
        #expect(changes(series) == [.died(since: 790, .certainDiscriminator)])
    }

    @Test func itIsSaidAtTheNinetyFifthDeadStep() {
        var health = TrainingHealth()
        for step in 1...94 as ClosedRange<UInt64> { #expect(health.observe(Self.certain(step)) == nil) }
        #expect(health.observe(Self.certain(95)) == .died(since: 1, .certainDiscriminator))
        #expect(health.death?.since == 1)
    }

    @Test func gradientsOfZeroAreSaidWhateverTheLoss() {
        #expect(changes((1...300).map { Self.still($0) }) == [.died(since: 1, .noGradient)])
        let underflow = (1...300).map { Self.metrics($0, value: nil, norms: (0.5, 1e-30)) }
        #expect(changes(underflow) == [.died(since: 1, .noGradient)])
    }

    @Test func aStepNowAndThenDoesNotHideIt() {
        let series = (1...2000 as ClosedRange<UInt64>).map { step in
            step > 790 && step % 100 != 0 ? Self.still(step) : Self.metrics(step)
        }
        #expect(changes(series) == [.died(since: 791, .noGradient)])
    }

    @Test func recoveryIsSaidOnceAndDeathAgain() {
        let series =
            (1...200).map { Self.certain($0) } + (201...400).map { Self.metrics($0) }
            + (401...600).map { Self.certain($0) }
        #expect(
            changes(series) == [
                .died(since: 1, .certainDiscriminator), .recovered(at: 280), .died(since: 401, .certainDiscriminator),
            ])
    }

    @Test func aStrongDiscriminatorIsNoDeath() {
        // It wins for eighty steps of a hundred, or nearly always nearly.
        let waves = (1...2000 as ClosedRange<UInt64>).map { $0 % 100 < 80 ? Self.certain($0) : Self.metrics($0) }
        #expect(changes(waves) == [])
        #expect(changes((1...500).map { Self.metrics($0, real: 0.985, fake: 0.005) }) == [])
        #expect(changes((1...500).map { Self.metrics($0, real: 1, fake: 0.011) }) == [])
        #expect(changes((1...500).map { Self.metrics($0, norms: (1e-9, 1e-4)) }) == [])
    }

    /// Scores without bounds (hinge, Wasserstein, least squares) mean nothing by their size.
    @Test func scoresAreNoProbabilities() {
        #expect(changes((1...500).map { Self.metrics($0, value: nil, real: 40, fake: -40) }) == [])
    }

    @Test func whatIsSaidNamesWhatToTry() throws {
        var health = TrainingHealth()
        var recipe = Configuration(preset: .mlp28).recipe
        recipe.loss = .minimax
        recipe.discriminatorOptimizer.learningRate = 0.01
        #expect(health.sentence(recipe) == nil)
        for step in 1...95 as ClosedRange<UInt64> { _ = health.observe(Self.certain(step)) }
        let sentence = try #require(health.sentence(recipe))
        #expect(sentence.hasPrefix("since step 1 the generator learns nothing: the discriminator is certain"))
        #expect(
            sentence.hasSuffix(
                "try loss.kind=non-saturating, discriminator.optimizer.learningRate below 0.01 or loss.r1=1"))
        recipe.loss = .nonSaturating
        recipe.r1 = 2
        #expect(health.sentence(recipe)?.hasSuffix("below 0.01 or loss.r1 over 2.0") == true)
    }
}
