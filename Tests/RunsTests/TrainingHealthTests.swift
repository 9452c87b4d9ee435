import Adversarial
import Foundation
import NeuralNetworks
import RunConfiguration
import Runs
import Testing

/// The verdicts on made series of metrics: what is said, when, how often, and when nothing.
struct TrainingHealthTests {
    private static func recipe(_ loss: LossKind = .nonSaturating, isRelativistic: Bool = false) -> Recipe {
        Recipe(model: .dcgan28, loss: loss, isRelativistic: isRelativistic)
    }

    private static func metrics(
        _ step: UInt64, value: Double? = -1, real: Double = 0.7, fake: Double = 0.3, loss: Double = 1,
        norms: (d: Double, g: Double) = (1, 1)
    ) -> StepMetrics {
        StepMetrics(
            step: step, value: value, realScore: real, fakeScore: fake, discriminatorLoss: loss, generatorLoss: 1,
            discriminatorGradientNorm: norms.d, generatorGradientNorm: norms.g)
    }

    private static func certain(_ step: UInt64) -> StepMetrics { metrics(step, real: 1, fake: 1e-13) }
    private static func still(_ step: UInt64) -> StepMetrics { metrics(step, value: nil, norms: (0, 0)) }

    struct Said: Hashable {
        var step: UInt64
        var verdict: TrainingHealth.Verdict
        var since: UInt64
    }

    /// - Parameter grids: the diversity of the samples of a step.
    private func said(
        _ series: [StepMetrics], _ recipe: Recipe = recipe(), grids: [UInt64: Double] = [:]
    ) -> [Said] {
        var health = TrainingHealth(recipe)
        return series.compactMap { metrics in
            if let diversity = grids[metrics.step] { health.observe(diversity: diversity, step: metrics.step) }
            return health.observe(metrics).map { Said(step: metrics.step, verdict: $0, since: health.since) }
        }
    }

    // MARK: Failing

    @Test func aCertainDiscriminatorIsSaidOnceWithItsFirstStep() {
        let series = (1...789).map { Self.metrics($0) } + (790...2000).map { Self.certain($0) }
        #expect(said(series) == [Said(step: 900, verdict: .discriminatorWinning, since: 790)])
    }

    @Test func whereThereAreNoProbabilitiesItsLossTells() {
        let won = (1...300 as ClosedRange<UInt64>).map { Self.metrics($0, value: nil, real: 3, fake: -3, loss: 1e-4) }
        for recipe in [
            Self.recipe(.hinge), Self.recipe(.leastSquares), Self.recipe(.hinge, isRelativistic: true),
            Self.recipe(.nonSaturating, isRelativistic: true), Self.recipe(.leastSquares, isRelativistic: true),
        ] {
            #expect(said(won, recipe) == [Said(step: 100, verdict: .discriminatorWinning, since: 1)], "\(recipe.loss)")
        }
        // A critic's difference may be of any size.
        let critic = (1...300 as ClosedRange<UInt64>).map { Self.metrics($0, value: nil, real: 9, fake: -9, loss: -18) }
        #expect(said(critic, Self.recipe(.wasserstein)) == [])
    }

    @Test func gradientsOfZeroAreSaidWhateverTheLoss() {
        let stuck = [Said(step: 100, verdict: .generatorStuck, since: 1)]
        #expect(said((1...300).map { Self.still($0) }, Self.recipe(.wasserstein)) == stuck)
        #expect(said((1...300).map { Self.metrics($0, value: nil, norms: (0.5, 1e-30)) }, Self.recipe(.hinge)) == stuck)
        // By the ratio of the two.
        #expect(said((1...300).map { Self.metrics($0, norms: (500, 1e-4)) }) == stuck)
    }

    @Test func aStepNowAndThenDoesNotHideIt() {
        let series = (1...2000 as ClosedRange<UInt64>).map { step in
            step > 800 && step % 100 != 50 ? Self.still(step) : Self.metrics(step)
        }
        #expect(said(series) == [Said(step: 900, verdict: .generatorStuck, since: 801)])
    }

    @Test func samplesThatHardlyDifferAreACollapse() {
        let series = (1...1000).map { Self.metrics($0) }
        let grids: [UInt64: Double] = [
            100: 0.02, 200: 0.4, 300: 0.9, 400: 0.05, 500: 0.06, 600: 0.15, 700: 0.3, 800: 0.7,
        ]
        #expect(
            said(series, grids: grids) == [
                Said(step: 500, verdict: .collapsed, since: 400), Said(step: 700, verdict: .healthy, since: 601),
            ])
    }

    @Test func gradientsWithoutBoundsDiverge() {
        let huge = (1...300).map { Self.metrics($0, norms: (5e5, 3)) }
        #expect(said(huge) == [Said(step: 100, verdict: .diverging, since: 1)])
        let growing =
            (1...300).map { Self.metrics($0, norms: (1, 0.1)) } + (301...400).map { Self.metrics($0, norms: (1, 1500)) }
        #expect(said(growing) == [Said(step: 400, verdict: .diverging, since: 301)])
        let notNumbers = (1...100).map { Self.metrics($0, norms: (.nan, .nan)) }
        #expect(said(notNumbers) == [Said(step: 100, verdict: .diverging, since: 1)])
    }

    /// One explosion among a hundred steps is none, nor is a norm that only was small at first.
    @Test func aSpikeIsNoDivergence() {
        let spikes = (1...500 as ClosedRange<UInt64>).map { Self.metrics($0, norms: ($0 % 3 == 0 ? 1e9 : 1, 1)) }
        #expect(said(spikes) == [])
        let quiet =
            (1...100).map { Self.metrics($0, norms: (1e-3, 1e-3)) }
            + (101...300).map { Self.metrics($0, norms: (50, 50)) }
        #expect(said(quiet) == [])
    }

    @Test func recoveryIsSaidOnceAndTheFailureAgain() {
        let series =
            (1...200).map { Self.certain($0) } + (201...400).map { Self.metrics($0) }
            + (401...600).map { Self.certain($0) }
        #expect(
            said(series) == [
                Said(step: 100, verdict: .discriminatorWinning, since: 1),
                Said(step: 300, verdict: .healthy, since: 201),
                Said(step: 500, verdict: .discriminatorWinning, since: 401),
            ])
        // Half of the steps neither make it nor end it.
        let halves =
            (1...100).map { Self.certain($0) } + (101...300).map { $0 % 2 == 0 ? Self.certain($0) : Self.metrics($0) }
        #expect(said(halves).count == 1)
    }

    @Test func aRunThatGoesOnIsJudgedFromItsFirstWholeHundred() {
        let series = (250...399).map { Self.certain($0) }
        #expect(said(series) == [])
        #expect(
            said((205...300).map { Self.certain($0) }) == [Said(step: 300, verdict: .discriminatorWinning, since: 205)])
    }

    @Test func whatCanGoTogetherIsOneVerdict() {
        // Stuck, for a discriminator that is certain, with one image for all noise.
        let series = (1...700).map { Self.metrics($0, real: 1, fake: 0, norms: (0, 0)) }
        let grids = Dictionary(uniqueKeysWithValues: (1...7).map { (UInt64(100 * $0), 0.0) })
        #expect(
            said(series, grids: grids) == [
                Said(step: 100, verdict: .generatorStuck, since: 1), Said(step: 500, verdict: .collapsed, since: 100),
            ])
    }

    /// A generator's first grids are all the same; after five of them that is a collapse too.
    @Test func aGeneratorThatHasDrawnNothingGetsTime() {
        let series = (1...700).map { Self.metrics($0) }
        #expect(
            said(series, grids: [100: 0.001, 200: 0.004, 300: 0.02, 400: 0.05, 500: 0.3, 600: 0.6, 700: 0.7]) == [])
    }

    // MARK: Well

    /// A run that was looked at and found well: medians of each hundred steps, and the diversity of its grids.
    struct WellRun: Sendable {
        var name: String
        var recipe: Recipe
        /// D(x), D(G(z)), the discriminator's loss, the norms of the generator's and of the discriminator's gradient.
        var medians: [(real: Double, fake: Double, loss: Double, g: Double, d: Double)]
        /// Of a grid each hundred steps; none where fewer were drawn.
        var diversity: [Double] = []
    }

    private static let wellRuns: [WellRun] = [
        WellRun(
            name: "dcgan-28, 16x16, non-saturating", recipe: recipe(),
            medians: [
                (0.908, 0.203, 0.163, 5.7, 3.22),
                (0.961, 0.0442, 0.044, 9.97, 1.34),
                (0.958, 0.0435, 0.0446, 10.4, 1.99),
                (0.918, 0.0825, 0.0972, 10.8, 5.85),
                (0.819, 0.18, 0.227, 8.57, 32.6),
                (0.729, 0.279, 0.348, 5.82, 60),
            ],
            diversity: [0.05, 0.18, 0.32, 0.43, 0.52, 0.59]),
        WellRun(
            name: "the same, least squares", recipe: recipe(.leastSquares),
            medians: [
                (0.973, 0.0641, 0.0101, 4.14, 1.21),
                (0.988, 0.0144, 0.00581, 2.99, 2.31),
                (0.988, 0.00802, 0.00535, 1.97, 2.31),
                (0.969, 0.0285, 0.00879, 1.94, 3.38),
                (0.949, 0.0539, 0.0146, 1.77, 9.47),
                (0.885, 0.106, 0.0327, 1.82, 13.8),
            ],
            diversity: [0.04, 0.04, 0.07, 0.25, 0.36, 0.41]),
        WellRun(
            name: "the same, hinge", recipe: recipe(.hinge),
            medians: [
                (1.27, -1.12, 0.0174, 6.96, 6.83),
                (1.43, -1.33, 0.00937, 6.8, 5.58),
                (1.51, -1.45, 0.018, 5.35, 11),
                (1.44, -1.39, 0.0189, 5.11, 23.6),
                (1.2, -1.17, 0.419, 6.04, 247),
                (0.643, -0.625, 0.771, 4.99, 235),
            ],
            diversity: [0.04, 0.07, 0.21, 0.36, 0.43, 0.53]),
        WellRun(
            name: "the same, Wasserstein with a gradient penalty", recipe: recipe(.wasserstein),
            medians: [
                (0.458, 0.165, 8.11, 0.916, 7.86),
                (8.35, 8, -0.342, 4.21, 2.77),
                (9.62, 9.29, -0.311, 4.47, 2.76),
                (10.9, 10.3, -0.574, 4.11, 3.24),
                (10.6, 9.11, -1.29, 3.49, 3.57),
                (10.8, 10, -0.67, 4.22, 3.38),
            ],
            diversity: [0.04, 0.05, 0.07, 0.07, 0.18, 0.27]),
        WellRun(
            name: "the same, relativistic, R1 and R2", recipe: recipe(.nonSaturating, isRelativistic: true),
            medians: [
                (0, 0, 0.481, 1.29, 0.679),
                (0, 0, 0.38, 1.12, 0.348),
                (0, 0, 0.385, 1.04, 0.25),
                (0, 0, 0.42, 1.01, 0.266),
                (0, 0, 0.495, 0.88, 0.26),
                (0, 0, 0.563, 0.711, 0.237),
            ],
            diversity: [0.02, 0.05, 0.16, 0.23, 0.34, 0.45]),
        WellRun(
            name: "r3gan-32, 16x16", recipe: recipe(.nonSaturating, isRelativistic: true),
            medians: [
                (0, 0, 0.247, 0.915, 1.26),
                (0, 0, 0.146, 0.748, 0.239),
                (0, 0, 0.182, 2.11, 0.364),
            ],
            diversity: [0.28, 0.23, 0.3]),
        WellRun(
            name: "dcgan-28", recipe: recipe(),
            medians: [
                (0.965, 0.054, 0.0497, 15.8, 1.96),
                (0.924, 0.0692, 0.0951, 10.4, 5.54),
                (0.87, 0.121, 0.164, 6.97, 21.2),
            ],
            diversity: [0.18, 0.64, 0.86]),
        WellRun(
            name: "mlp-28", recipe: recipe(),
            medians: [
                (0.707, 0.569, 0.614, 1.45, 1.01),
                (0.806, 0.424, 0.459, 1.87, 1.57),
                (0.904, 0.33, 0.31, 2.93, 2.06),
                (0.857, 0.223, 0.301, 3.93, 3.33),
                (0.805, 0.215, 0.341, 4.8, 3.43),
                (0.869, 0.171, 0.234, 4.96, 3.26),
            ],
            diversity: [0.02, 0.02, 0.05, 0.16, 0.2, 0.16]),
        WellRun(
            name: "ring-2d", recipe: recipe(),
            medians: [
                (0.506, 0.492, 0.682, 0.276, 0.132),
                (0.51, 0.488, 0.671, 0.847, 0.356),
                (0.532, 0.468, 0.653, 1.45, 0.687),
                (0.533, 0.46, 0.642, 2.36, 0.976),
                (0.542, 0.463, 0.637, 3.05, 1.14),
                (0.546, 0.459, 0.63, 3.97, 1.28),
            ]),
        WellRun(
            name: "grid-2d", recipe: recipe(),
            medians: [
                (0.5, 0.5, 0.693, 0.071, 0.0386),
                (0.501, 0.5, 0.692, 0.0965, 0.0508),
                (0.503, 0.499, 0.69, 0.24, 0.1),
                (0.51, 0.475, 0.667, 1.17, 0.616),
                (0.529, 0.471, 0.649, 2.33, 1.13),
                (0.537, 0.463, 0.636, 3.54, 1.35),
            ]),
    ]

    @Test(arguments: 0..<10)
    func ofARunThatIsWellNothingIsSaid(_ number: Int) {
        let run = Self.wellRuns[number]
        var series: [StepMetrics] = []
        var grids: [UInt64: Double] = [:]
        for (hundred, medians) in run.medians.enumerated() {
            for place in 1...100 {
                // Around the medians, by up to a factor 3 and, in a tenth of the steps, 30.
                let factor = place % 10 == 0 ? 30 : pow(3, Double(place * 37 % 21 - 10) / 10)
                var metrics = Self.metrics(
                    UInt64(100 * hundred + place), value: run.recipe.adversarialLoss.givesProbability ? -1 : nil,
                    real: medians.real, fake: medians.fake, loss: medians.loss,
                    norms: (medians.d * factor, medians.g * factor))
                if run.recipe.isRelativistic { (metrics["realScore"], metrics["fakeScore"]) = (nil, nil) }
                series.append(metrics)
            }
            if hundred < run.diversity.count { grids[UInt64(100 * hundred + 100)] = run.diversity[hundred] }
        }
        #expect(said(series, run.recipe, grids: grids) == [], "\(run.name)")
    }

    @Test func aStrongDiscriminatorIsNoFailure() {
        // It wins for eighty steps of a hundred, or nearly always nearly.
        let waves = (1...2000 as ClosedRange<UInt64>).map { $0 % 100 < 80 ? Self.certain($0) : Self.metrics($0) }
        #expect(said(waves) == [])
        #expect(said((1...500).map { Self.metrics($0, real: 0.985, fake: 0.005) }) == [])
        #expect(said((1...500).map { Self.metrics($0, real: 1, fake: 0.011) }) == [])
    }

    /// Scores without bounds (hinge, Wasserstein, least squares) mean nothing by their size.
    @Test func scoresAreNoProbabilities() {
        let series = (1...500).map { Self.metrics($0, value: nil, real: 40, fake: -40) }
        #expect(said(series, Self.recipe(.hinge)) == [])
    }

    // MARK: Words

    @Test func whatIsSaidNamesWhatToTry() throws {
        var recipe = Configuration(preset: .mlp28).recipe
        recipe.loss = .minimax
        recipe.discriminatorOptimizer.learningRate = 0.01
        var health = TrainingHealth(recipe)
        #expect(health.sentence == nil)
        for step in 1...100 as ClosedRange<UInt64> { _ = health.observe(Self.certain(step)) }
        let sentence = try #require(health.sentence)
        #expect(sentence.hasPrefix("discriminator winning since step 1: the discriminator is certain"))
        #expect(
            sentence.hasSuffix(
                "try loss.kind=non-saturating, discriminator.optimizer.learningRate below 0.01 or loss.r1=1"))
        recipe.loss = .nonSaturating
        recipe.r1 = 2
        health = TrainingHealth(recipe)
        for step in 1...100 as ClosedRange<UInt64> { _ = health.observe(Self.certain(step)) }
        #expect(health.sentence?.hasSuffix("below 0.01 or loss.r1 over 2.0") == true)
    }

    @Test func theConditionToStopNamesVerdicts() {
        typealias Verdict = TrainingHealth.Verdict
        #expect(Verdict.allCases.filter(StopCondition.never.applies) == [])
        #expect(Verdict.allCases.filter(StopCondition.collapsed.applies) == [.collapsed])
        #expect(Verdict.allCases.filter(StopCondition.unhealthy.applies) == Verdict.allCases.filter { $0 != .healthy })
    }
}
