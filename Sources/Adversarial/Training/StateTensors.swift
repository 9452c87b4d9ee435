import NeuralNetworks

// A training state as named tensors in PyTorch's order, and back.
//
// `generator.NAME`, `discriminator.NAME` and `generator_ema.NAME` are complete state dicts with all buffers; `adam.NETWORK.exp_avg.NAME` and `adam.NETWORK.exp_avg_sq.NAME` are the moments.

/// The counters that a state has besides its tensors.
public struct TrainingCounters: Sendable, Hashable {
    public var step: UInt64
    public var round: UInt64
    public var roundsInStep: Int
    public var generatorVersion: UInt64
    public var discriminatorVersion: UInt64
    /// What the discriminator's last round of an unfinished step has to report, by the names of the metrics.
    public var pending: [String: Double]
    /// Where the run began.
    public var origin: TrainingOrigin
    /// The augmentation's probability, where the recipe adapts it.
    public var adaptiveAugmentation: AdaptiveAugmentation?

    public init(
        step: UInt64, round: UInt64, roundsInStep: Int, generatorVersion: UInt64, discriminatorVersion: UInt64,
        pending: [String: Double] = [:], origin: TrainingOrigin = .none,
        adaptiveAugmentation: AdaptiveAugmentation? = nil
    ) {
        self.step = step
        self.round = round
        self.roundsInStep = roundsInStep
        self.generatorVersion = generatorVersion
        self.discriminatorVersion = discriminatorVersion
        self.pending = pending
        self.origin = origin
        self.adaptiveAugmentation = adaptiveAugmentation
    }
}

extension TrainingState {
    public var counters: TrainingCounters {
        TrainingCounters(
            step: step, round: roundNumber, roundsInStep: roundsInStep, generatorVersion: generator.version,
            discriminatorVersion: discriminator.version, pending: roundsInStep > 0 ? pending.values : [:],
            origin: origin, adaptiveAugmentation: adaptiveAugmentation)
    }

    /// Everything but the counters.
    public func tensors() -> [NamedTensor] {
        finishUpdates()
        let (g, d) = (networks.generatorLayout, networks.discriminatorLayout)
        return g.stateDict("generator", generator.parameters, generator.averages, passCount: generator.passCount)
            + g.stateDict("generator_ema", emaParameters, emaAverages, passCount: generator.passCount)
            + d.stateDict(
                "discriminator", discriminator.parameters, discriminator.averages, passCount: discriminator.passCount)
            + g.parameterTensors("adam.generator.exp_avg", generator.firstMoment)
            + g.parameterTensors("adam.generator.exp_avg_sq", generator.secondMoment)
            + d.parameterTensors("adam.discriminator.exp_avg", discriminator.firstMoment)
            + d.parameterTensors("adam.discriminator.exp_avg_sq", discriminator.secondMoment)
    }

    /// A state that goes on where another was saved.
    ///
    /// - Throws: `AdversarialError.state` naming the first tensor that is missing, too many or of another shape.
    public convenience init(recipe: Recipe, tensors: [NamedTensor], counters: TrainingCounters) throws {
        // A recipe that does not belong to the tensors may ask for any amount of memory.
        try StateReader(tensors).expectShapes(of: recipe.makeNetworks())
        self.init(recipe: recipe)
        var reader = StateReader(tensors)
        let (g, d) = (networks.generatorLayout, networks.discriminatorLayout)
        generator.passCount = try reader.read(g, "generator", generator.parameters, averages: generator.averages)
        _ = try reader.read(g, "generator_ema", emaParameters, averages: emaAverages)
        discriminator.passCount = try reader.read(
            d, "discriminator", discriminator.parameters, averages: discriminator.averages)
        try reader.readParameters(g, "adam.generator.exp_avg", generator.firstMoment)
        try reader.readParameters(g, "adam.generator.exp_avg_sq", generator.secondMoment, minimum: 0)
        try reader.readParameters(d, "adam.discriminator.exp_avg", discriminator.firstMoment)
        try reader.readParameters(d, "adam.discriminator.exp_avg_sq", discriminator.secondMoment, minimum: 0)
        try reader.finish()
        try counters.check(recipe)
        step = counters.step
        roundNumber = counters.round
        roundsInStep = counters.roundsInStep
        generator.version = counters.generatorVersion
        discriminator.version = counters.discriminatorVersion
        origin = counters.origin
        adaptiveAugmentation = counters.adaptiveAugmentation
        pending = StepMetrics(step: 0, values: counters.pending)
    }
}

extension TrainingCounters {
    /// All of them follow from the origin, the steps and the rounds done since.
    /// - Throws: `AdversarialError.state` unless they do.
    public func check(_ recipe: Recipe) throws {
        let updates = UInt64(recipe.discriminatorSteps)
        let rounds = updates + (recipe.updateOrder == .alternating ? 1 : 0)
        guard roundsInStep >= 0, UInt64(roundsInStep) < rounds else {
            throw AdversarialError.state(
                "counters: \(roundsInStep) rounds done in the step at hand; expected less than \(rounds)")
        }
        let done = UInt64(roundsInStep)
        let names = Set(
            StepMetric.reported(by: recipe, .discriminator)
                .filter { !$0.isOfPenalty || recipe.isPenalized(batchIndex: discriminatorVersion &- 1) }
                .map(\.name) + [StepMetrics.gradientNorm(.discriminator)])
        let begin = [origin.round, origin.generatorVersion, origin.discriminatorVersion]
        guard step < 1 << 40, begin.allSatisfy({ $0 < 1 << 60 }), generatorVersion == origin.generatorVersion + step,
            discriminatorVersion == origin.discriminatorVersion + step * updates + done,
            round == origin.round + step * rounds + done, Set(pending.keys) == (done > 0 ? names : []),
            pending.values.allSatisfy(\.isFinite)
        else {
            throw AdversarialError.state(
                "counters: step \(step) with \(done) rounds of the next, round \(round), versions \(generatorVersion) and"
                    + " \(discriminatorVersion) do not belong together; expected those that training writes")
        }
        guard recipe.augmentation.isAdaptive else {
            if adaptiveAugmentation == nil { return }
            throw AdversarialError.state("counters: an augmentation's probability; expected none in this configuration")
        }
        guard let state = adaptiveAugmentation,
            state.isPossible(afterUpdates: discriminatorVersion - origin.discriminatorVersion)
        else {
            let found = adaptiveAugmentation.map { "\($0.probability) with a sum of signs of \($0.signSum)" } ?? "none"
            throw AdversarialError.state(
                "counters: the augmentation's probability is \(found); expected a number from 0 to 1 that training writes"
            )
        }
    }
}

extension NetworkLayout {
    /// The tensors of PyTorch's `state_dict()`, each name after `prefix` and a dot.
    ///
    /// - Parameters:
    ///   - vector: the parameters, with the derived buffers behind them.
    ///   - averages: the buffers that are moving averages.
    public func stateDict(
        _ prefix: String, _ vector: ParameterVector, _ averages: ParameterVector, passCount: UInt64
    ) -> [NamedTensor] {
        parameterTensors(prefix, vector)
            + buffers.map { entry in
                let name = "\(prefix).\(entry.name)"
                guard let address = address(of: entry, vector, averages) else {
                    return NamedTensor(name: name, shape: [], values: .int64([Int64(clamping: passCount)]))
                }
                let values = UnsafeBufferPointer(start: address, count: entry.shape.count)
                return NamedTensor(
                    name: name, shape: entry.order.shape, values: .float32(entry.order.toTorch(values)))
            }
    }

    /// Where a buffer lies; nil for a count.
    fileprivate func address(
        of entry: BufferEntry, _ vector: ParameterVector, _ averages: ParameterVector
    ) -> UnsafeMutablePointer<Float>? {
        switch entry.rule {
        case .movingAverage: averages.values + entry.offset
        case .derived: vector.values + parameterCount + entry.offset
        case .passCount: nil
        }
    }

    func parameterTensors(_ prefix: String, _ vector: ParameterVector) -> [NamedTensor] {
        parameters.map { entry in
            let values = UnsafeBufferPointer(start: vector.values + entry.offset, count: entry.shape.count)
            return NamedTensor(
                name: "\(prefix).\(entry.name)", shape: entry.order.shape, values: .float32(entry.order.toTorch(values))
            )
        }
    }
}

/// Takes named tensors one by one into vectors of ours.
public struct StateReader {
    private var tensors: [String: NamedTensor]

    public init(_ tensors: [NamedTensor]) {
        self.tensors = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads a state dict; returns its `num_batches_tracked`, 0 without batch norm.
    public mutating func read(
        _ layout: NetworkLayout, _ prefix: String, _ vector: ParameterVector, averages: ParameterVector
    ) throws -> UInt64 {
        try readParameters(layout, prefix, vector)
        var passCount: UInt64 = 0
        for entry in layout.buffers {
            let name = "\(prefix).\(entry.name)"
            if let address = layout.address(of: entry, vector, averages) {
                let values = try take(name, shape: entry.order.shape, minimum: entry.minimum)
                store(entry.order.fromTorch(values), at: address)
            } else {
                passCount = try takeCount(name)
            }
        }
        return passCount
    }

    /// Reads a tensor for each parameter, none of whose values may be below `minimum`.
    public mutating func readParameters(
        _ layout: NetworkLayout, _ prefix: String, _ vector: ParameterVector, minimum: Float = -.infinity
    ) throws {
        for entry in layout.parameters {
            let values = try take("\(prefix).\(entry.name)", shape: entry.order.shape, minimum: minimum)
            store(entry.order.fromTorch(values), at: vector.values + entry.offset)
        }
    }

    /// Throws unless the parameters of both networks are there, in their shapes.
    func expectShapes(of networks: Networks) throws {
        for (prefix, layout) in [
            ("generator", networks.generatorLayout), ("discriminator", networks.discriminatorLayout),
        ] {
            for entry in layout.parameters {
                let name = "\(prefix).\(entry.name)"
                try expectShape(of: try named(name), entry.order.shape)
            }
        }
    }

    /// Throws if a tensor is left that nobody took.
    public func finish() throws {
        if let name = tensors.keys.min() {
            throw AdversarialError.state(
                "tensor '\(name)' does not belong to this configuration's networks; expected only theirs")
        }
    }

    private mutating func take(_ name: String, shape: [Int], minimum: Float) throws -> [Float] {
        let tensor = try take(name)
        guard case .float32(let values) = tensor.values else {
            throw AdversarialError.state("tensor '\(name)' holds integers; expected float32")
        }
        try expectShape(of: tensor, shape)
        guard values.count == shape.reduce(1, *) else {
            throw AdversarialError.state("tensor '\(name)' has \(values.count) values; expected shape \(shape)")
        }
        if let bad = values.first(where: { !$0.isFinite }) {
            throw AdversarialError.state("tensor '\(name)' contains \(bad); expected finite numbers")
        }
        if let bad = values.first(where: { $0 < minimum }) {
            throw AdversarialError.state("tensor '\(name)' contains \(bad); expected numbers of at least \(minimum)")
        }
        return values
    }

    private mutating func takeCount(_ name: String) throws -> UInt64 {
        let tensor = try take(name)
        guard case .int64(let values) = tensor.values, values.count == 1, let count = UInt64(exactly: values[0]) else {
            throw AdversarialError.state("tensor '\(name)' is not a count; expected one int64 of at least 0")
        }
        return count
    }

    private mutating func take(_ name: String) throws -> NamedTensor {
        let tensor = try named(name)
        tensors[name] = nil
        return tensor
    }

    private func named(_ name: String) throws -> NamedTensor {
        guard let tensor = tensors[name] else {
            throw AdversarialError.state("tensor '\(name)' is missing; expected the networks of this configuration")
        }
        return tensor
    }

    private func expectShape(of tensor: NamedTensor, _ shape: [Int]) throws {
        guard tensor.shape == shape else {
            throw AdversarialError.state("tensor '\(tensor.name)' has shape \(tensor.shape); expected \(shape)")
        }
    }

    private func store(_ values: [Float], at address: UnsafeMutablePointer<Float>) {
        for (index, value) in values.enumerated() { address[index] = value }
    }
}
