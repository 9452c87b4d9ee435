import CKernels
import NeuralNetworks
import TensorCore

/// The state of a run, and what a finished round does to it: the arithmetic of a coordinator.
///
/// All that a checkpoint holds is here: parameters, Adam's moments, buffers, the generator's moving average, and the counters.
public final class TrainingState {
    public let recipe: Recipe
    public let networks: Networks
    public let layout: ContributionLayout

    /// What belongs to one of the two networks.
    struct NetworkState {
        let layout: NetworkLayout
        /// The parameters, with the derived buffers behind them.
        var parameters: ParameterVector
        var pool: ParameterVectorPool
        let firstMoment: ParameterVector
        let secondMoment: ParameterVector
        /// The buffers that are moving averages.
        let averages: ParameterVector
        /// How often the network has been updated: its parameters' version.
        var version: UInt64 = 0
        /// What is left to do of the update that led to `version`.
        var update: ParameterUpdate?
        /// How often the moving averages have been updated: PyTorch's `num_batches_tracked`.
        var passCount: UInt64 = 0

        init(_ layout: NetworkLayout, seed: UInt64, network: Network) {
            self.layout = layout
            pool = ParameterVectorPool(count: layout.vectorCount)
            parameters = pool.take()
            layout.initialize(parameters.values, seed: seed, network: network.rawValue)
            layout.beginDerived(parameters.values, seed: seed, network: network.rawValue)
            firstMoment = ParameterVector(count: layout.parameterCount)
            secondMoment = ParameterVector(count: layout.parameterCount)
            averages = ParameterVector(count: layout.averageCount)
            layout.initializeAverages(averages.values)
        }

        mutating func finishUpdate(before end: Int) {
            update?.advance(to: end)
            if update?.isComplete == true { update = nil }
        }
    }

    var generator: NetworkState
    var discriminator: NetworkState
    /// The generator that samples are drawn from: exponential moving averages of its parameters, with the derived buffers of
    /// these, and of its own averages.
    let emaParameters: ParameterVector
    let emaAverages: ParameterVector

    /// Finished training steps.
    public internal(set) var step: UInt64 = 0
    /// Finished rounds, those of the run whose state was taken over included.
    public internal(set) var roundNumber: UInt64 = 0
    /// The counts with which the run began.
    public internal(set) var origin = TrainingOrigin.none
    /// The augmentation's probability, where the recipe adapts it.
    public internal(set) var adaptiveAugmentation: AdaptiveAugmentation?
    /// Discriminator updates done in the step at hand.
    var roundsInStep = 0
    /// What the discriminator's last round has to report, until the step is finished.
    var pending = StepMetrics(step: 0)
    private let scratch: ParameterVector

    /// A run's beginning: parameters from the recipe's seed.
    public init(recipe: Recipe) {
        self.recipe = recipe
        adaptiveAugmentation = recipe.augmentation.isAdaptive ? AdaptiveAugmentation() : nil
        networks = recipe.makeNetworks()
        layout = ContributionLayout(recipe, networks)
        generator = NetworkState(networks.generatorLayout, seed: recipe.seed, network: .generator)
        discriminator = NetworkState(networks.discriminatorLayout, seed: recipe.seed, network: .discriminator)
        emaParameters = ParameterVector(count: networks.generatorLayout.vectorCount)
        emaAverages = ParameterVector(count: networks.generatorLayout.averageCount)
        emaParameters.values.update(from: generator.parameters.values, count: emaParameters.count)
        emaAverages.values.update(from: generator.averages.values, count: emaAverages.count)
        scratch = ParameterVector(count: RoundKind.allCases.map(layout.count).max() ?? 0)
    }

    /// The parameters that workers need: never changed once they are handed out.
    public func parameters(of network: Network) -> (vector: ParameterVector, version: UInt64) {
        finishUpdate(of: network)
        return pendingParameters(of: network)
    }

    /// The same where an update may be under way: what `finishUpdate` has not reached is still to be written.
    public func pendingParameters(of network: Network) -> (vector: ParameterVector, version: UInt64) {
        switch network {
        case .generator: (generator.parameters, generator.version)
        case .discriminator: (discriminator.parameters, discriminator.version)
        }
    }

    /// The round that is to be computed next; nil when the run is finished.
    public var nextRound: Round? {
        guard step < UInt64(recipe.steps) else { return nil }
        let discriminatorRounds = recipe.discriminatorSteps
        let kind: RoundKind
        switch recipe.updateOrder {
        case .alternating: kind = roundsInStep < discriminatorRounds ? .discriminator : .generator
        case .simultaneous: kind = roundsInStep < discriminatorRounds - 1 ? .discriminator : .simultaneous
        }
        // The generator's round reuses the noise of the last discriminator round.
        let batchIndex = kind == .generator ? discriminator.version - 1 : discriminator.version
        return Round(
            number: roundNumber, step: step, kind: kind, batchIndex: batchIndex, generatorVersion: generator.version,
            discriminatorVersion: discriminator.version,
            augmentationProbability: adaptiveAugmentation?.probability ?? recipe.augmentation.fixedProbability)
    }

    /// Completes an update that `applyDeferringUpdate` has left under way, for the elements before `end`. Updates in parts give the same
    /// bits.
    public func finishUpdate(of network: Network, before end: Int = .max) {
        switch network {
        case .generator: generator.finishUpdate(before: end)
        case .discriminator: discriminator.finishUpdate(before: end)
        }
    }

    /// Completes all updates.
    public func finishUpdates() {
        generator.finishUpdate(before: .max)
        discriminator.finishUpdate(before: .max)
    }

    /// Applies a finished round. The calling thread must have been prepared by `prepareComputeThread()`: whether
    /// denormals are flushed decides bits.
    ///
    /// - Parameter sum: the sum of all shards' contributions.
    /// - Returns: what is reported of the step, if the round was its last.
    /// - Throws: `AdversarialError.notFinite` if a gradient is not; the state is then as before.
    public func apply(_ round: Round, sum: UnsafePointer<Float>) throws -> StepMetrics? {
        let metrics = try applyDeferringUpdate(round, sum: sum)
        finishUpdates()
        return metrics
    }

    /// Like `apply`, but defers Adam: `finishUpdate` runs it, in pieces. `sum` must stay valid until then. Whatever reads the
    /// state finishes the updates first.
    public func applyDeferringUpdate(_ round: Round, sum: UnsafePointer<Float>) throws -> StepMetrics? {
        precondition(round == nextRound, "a round is applied once, in order")
        finishUpdates()
        let scale = 1 / Float(recipe.shards)
        let norms = try gradientNorms(round, sum, scale)
        let mean = scratch.values
        try forEachReport(round.kind) { range in
            ck_scale(sum + range.lowerBound, scale, mean + range.lowerBound, range.count)
            let place = ck_first_nonfinite(mean + range.lowerBound, range.count)
            if place < range.count { throw notFinite(round, sum) }
        }

        if let offset = layout.discriminatorOffset(round.kind) {
            let section = mean + offset
            pending = StepMetrics(step: 0)
            take(section + layout.discriminatorMetricsOffset, layout.discriminatorMetricIndices, into: &pending)
            if !recipe.isPenalized(batchIndex: round.batchIndex) {
                for index in StepMetric.penaltyIndices { pending[index] = nil }
            }
            pending[StepMetrics.gradientNormIndex(.discriminator)] = norms.discriminator
            track(&discriminator, section + layout.realAverages)
            track(&discriminator, section + layout.fakeAverages)
        }
        if let offset = layout.generatorAveragesOffset(round.kind) { track(&generator, mean + offset) }
        var reported: StepMetrics?
        if let offset = layout.generatorOffset(round.kind) {
            let section = mean + offset
            if layout.generatorSectionHasReal { track(&discriminator, section + layout.generatorRealAverages) }
            track(&discriminator, section + layout.generatorFakeAverages)
            var metrics = pending
            metrics.step = step + 1
            take(section + layout.generatorMetricsOffset, layout.generatorMetricIndices, into: &metrics)
            metrics[StepMetrics.gradientNormIndex(.generator)] = norms.generator
            if adaptiveAugmentation != nil {
                metrics[StepMetrics.augmentationProbabilityIndex] = round.augmentationProbability
            }
            reported = metrics
        }
        // Both updates of a simultaneous round come after all that was read.
        if let offset = layout.discriminatorOffset(round.kind) {
            update(
                &discriminator, recipe.discriminatorOptimizer, gradientSum: sum + offset,
                recipe.discriminatorOptimizer.clipped(scale, norm: norms.discriminator))
            adaptiveAugmentation?.record(
                sign: pending[StepMetrics.signOfRealIndex] ?? 0,
                updates: discriminator.version - origin.discriminatorVersion, batch: recipe.batch,
                images: recipe.augmentation.adaptiveImages)
        }
        if let offset = layout.generatorOffset(round.kind) {
            // After as many updates as there will have been.
            let average = recipe.movingAverage
            let weight = average.weight(
                update: generator.version + 1, batch: recipe.batch,
                halfLife: average.halfLife.value(step: step, of: recipe.steps))
            ck_interpolate(generator.averages.values, weight, emaAverages.values, emaAverages.count)
            update(
                &generator, recipe.generatorOptimizer, gradientSum: sum + offset,
                recipe.generatorOptimizer.clipped(scale, norm: norms.generator),
                average: (emaParameters, weight))
        }
        advance(round)
        return reported
    }

    /// Puts a contribution's metrics in their places.
    private func take(_ values: UnsafePointer<Float>, _ indices: [Int], into metrics: inout StepMetrics) {
        for place in indices.indices { metrics[indices[place]] = Double(values[place]) }
    }

    /// Euclidean norms of the round's gradients, 0 for a network that has none. A norm whose square is not a float32 would
    /// stay in Adam's second moment for ever, and is refused.
    private func gradientNorms(_ round: Round, _ sum: UnsafePointer<Float>, _ scale: Float) throws -> (
        generator: Double, discriminator: Double
    ) {
        func norm(_ network: Network, _ offset: Int?, _ count: Int) throws -> Double {
            guard let offset else { return 0 }
            // Squares of floats are no overflow in double: their sum is finite if and only if they all are.
            let squares = ck_sum_of_squares(sum + offset, scale, count)
            guard squares.isFinite else { throw notFinite(round, sum) }
            guard squares < 1e38 else {
                throw AdversarialError.tooLarge(step: step + 1, network: network, norm: squares.squareRoot())
            }
            return squares.squareRoot()
        }
        return (
            try norm(.generator, layout.generatorOffset(round.kind), layout.generatorParameters),
            try norm(.discriminator, layout.discriminatorOffset(round.kind), layout.discriminatorParameters)
        )
    }

    /// Where a contribution holds anything but gradients.
    private func forEachReport(_ kind: RoundKind, _ body: (Range<Int>) throws -> Void) rethrows {
        let generator = layout.generatorOffset(kind)
        if kind != .generator { try body(layout.discriminatorParameters..<(generator ?? layout.count(kind))) }
        if let generator { try body(generator + layout.generatorParameters..<layout.count(kind)) }
    }

    private func advance(_ round: Round) {
        roundNumber += 1
        roundsInStep += 1
        if round.kind != .discriminator {
            step += 1
            roundsInStep = 0
        }
    }

    private func update(
        _ network: inout NetworkState, _ settings: AdamSettings, gradientSum: UnsafePointer<Float>, _ scale: Float,
        average: (vector: ParameterVector, weight: Float)? = nil
    ) {
        let next = network.pool.take()
        network.version += 1
        network.update = ParameterUpdate(
            layout: network.layout,
            adam: Adam(
                beta1: settings.beta1, beta2: settings.beta2.value(step: step, of: recipe.steps),
                epsilon: settings.epsilon),
            step: network.version, learningRate: settings.learningRate.value(step: step, of: recipe.steps),
            parameters: network.parameters, next: next, firstMoment: network.firstMoment,
            secondMoment: network.secondMoment, gradientSum: gradientSum, scale: scale, average: average)
        network.parameters = next
    }

    /// average ← average + (report − average) · momentum for each of the network's moving averages.
    private func track(_ network: inout NetworkState, _ reports: UnsafePointer<Float>) {
        guard network.layout.averageCount > 0 else { return }
        for run in network.layout.averageRuns {
            let (first, count) = (run.range.lowerBound, run.range.count)
            ck_interpolate(reports + first, run.momentum, network.averages.values + first, count)
        }
        network.passCount += 1
    }

    private func notFinite(_ round: Round, _ sum: UnsafePointer<Float>) -> AdversarialError {
        // A mean is not finite where the sum is not.
        .notFinite(step: step + 1, layout.firstNonfinite(in: sum, of: round.kind, networks)!)
    }
}
