import Adversarial
import Datasets
import RunConfiguration

extension Checkpoint {
    /// A training state as it is now.
    ///
    /// - Parameter run: the identity of the run.
    package init(
        of state: TrainingState, configuration: Configuration, run: String, dataFingerprint: String? = nil,
        classes: DatasetClasses? = nil, numericFingerprint: String? = nil
    ) {
        self.init(
            tensors: state.tensors(), step: state.counters.step, counters: Self.text(of: state.counters),
            recipeDigest: configuration.recipeDigest, configuration: configuration.resolvedYAML(), run: run,
            dataFingerprint: dataFingerprint, classes: classes, numericFingerprint: numericFingerprint)
    }

    /// The counters of a state but its step, by name; those of the origin where there is one.
    private static func text(of counters: TrainingCounters) -> [String: String] {
        var text = [
            "round": "\(counters.round)", "roundsInStep": "\(counters.roundsInStep)",
            "generatorVersion": "\(counters.generatorVersion)",
            "discriminatorVersion": "\(counters.discriminatorVersion)",
            "pending": counters.pending.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: " "),
        ]
        if counters.origin != .none {
            text["originRound"] = "\(counters.origin.round)"
            text["originGeneratorVersion"] = "\(counters.origin.generatorVersion)"
            text["originDiscriminatorVersion"] = "\(counters.origin.discriminatorVersion)"
        }
        if let adaptive = counters.adaptiveAugmentation {
            text["augmentationProbability"] = "\(adaptive.probability)"
            text["augmentationSignSum"] = "\(adaptive.signSum)"
        }
        return text
    }

    /// The training state that goes on where this one was saved.
    ///
    /// - Parameter path: how errors call the checkpoint.
    /// - Throws: `RunError` if it was made with another configuration (configuration), or a counter or a tensor is
    ///   missing, does not fit, or is one too many (data); the first such is named.
    package func trainingState(for configuration: Configuration, path: String) throws -> TrainingState {
        try expect(configuration, path: path)
        let counters = try trainingCounters(for: configuration, path: path)
        let state = try Self.rethrowing(path) {
            try TrainingState(recipe: configuration.recipe, tensors: tensors, counters: counters)
        }
        try expectWritten(state.counters, path: path)
        return state
    }

    /// The counters of the training state, which must be those that training with this configuration writes.
    package func trainingCounters(for configuration: Configuration, path: String) throws -> TrainingCounters {
        func counter<Value: LosslessStringConvertible>(_ name: String, absent: String? = nil) throws -> Value {
            guard let text = counters[name] ?? absent, let value = Value(text) else {
                throw RunError(
                    .data, at: path, "has no counter \(name.inQuotes)", expected: "a whole number",
                    found: counters[name]?.inQuotes)
            }
            return value
        }
        func number(_ name: String) throws -> Double {
            guard let value = counters[name].flatMap(Double.init), value.isFinite else {
                throw RunError(
                    .data, at: path, "has no counter \(name.inQuotes)", expected: "a number",
                    found: counters[name]?.inQuotes)
            }
            return value
        }
        let read = TrainingCounters(
            step: step, round: try counter("round"), roundsInStep: try counter("roundsInStep"),
            generatorVersion: try counter("generatorVersion"),
            discriminatorVersion: try counter("discriminatorVersion"),
            pending: Self.pending(counters["pending"] ?? "", configuration.recipe),
            origin: TrainingOrigin(
                round: try counter("originRound", absent: "0"),
                generatorVersion: try counter("originGeneratorVersion", absent: "0"),
                discriminatorVersion: try counter("originDiscriminatorVersion", absent: "0")),
            adaptiveAugmentation: configuration.recipe.augmentation.isAdaptive
                ? AdaptiveAugmentation(
                    probability: try number("augmentationProbability"), signSum: try number("augmentationSignSum"))
                : nil)
        try Self.rethrowing(path) { try read.check(configuration.recipe) }
        try expectWritten(read, path: path)
        return read
    }

    /// The metrics that once stood without names: V(D, G), D(x), D(G(z)), the loss, the gradient's norm.
    private static let formerPending = [
        "valueFunction", "realScore", "fakeScore", "discriminatorLoss", "discriminatorGradientNorm",
    ]

    /// Metrics as `name=number`, with a space between.
    private static func pending(_ text: String, _ recipe: Recipe) -> [String: Double] {
        let parts = text.split(separator: " ")
        let former = Self.formerPending
        var result: [String: Double] = [:]
        for (index, part) in parts.enumerated() {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 {
                result[String(pair[0])] = Double(pair[1])
            } else if index < former.count {
                result[former[index]] = Double(part)
            }
        }
        if !recipe.adversarialLoss.givesProbability { result["valueFunction"] = nil }
        return result
    }

    /// What is read must be what would be written: the digest of a state stands for it.
    private func expectWritten(_ read: TrainingCounters, path: String) throws {
        var written = Self.text(of: read)
        // A checkpoint may be of the time when the numbers stood without names.
        let former = Self.formerPending.map { "\(read.pending[$0] ?? 0)" }.joined(separator: " ")
        if !read.pending.isEmpty, counters["pending"] == former { written["pending"] = former }
        let names = Set(written.keys).union(counters.keys).sorted()
        if let name = names.first(where: { written[$0] != counters[$0] }) {
            throw RunError(
                .data, at: path, "has a counter \(name.inQuotes) that training does not write",
                expected: written[name]?.inQuotes ?? "none", found: counters[name]?.inQuotes ?? "none")
        }
    }

    static func rethrowing<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as AdversarialError {
            throw RunError(.data, at: path, "\(error)", advice: "the checkpoint is of another configuration")
        }
    }

    /// Checks that the checkpoint was made with a recipe of this configuration.
    /// - Throws: `RunError` (configuration) that names the first key that differs.
    package func expect(_ configuration: Configuration, path: String) throws {
        guard recipeDigest != configuration.recipeDigest else { return }
        let own = try? Configuration(yaml: self.configuration, file: path)
        // The digest of a checkpoint is over the keys that there were when it was written.
        if let own, own.recipeDigest == configuration.recipeDigest { return }
        let different = own?.withoutFreeSteps.keys(differingFrom: configuration.withoutFreeSteps) ?? []
        // Whether the steps count depends on the schedules: they are named where nothing else differs.
        let key =
            different.first { $0.decidesArithmetic && $0.path != "steps" } ?? different.first { $0.path == "steps" }
            ?? different.first { $0.section == "data" }
            ?? different.first { $0.path == "start.sha256" }
        guard let own, let key else {
            throw RunError(.configuration, at: path, "was made with another configuration")
        }
        throw RunError(
            .configuration, at: path, "was made with another \(key.path)", expected: key.value(in: configuration),
            found: key.value(in: own), advice: "start another run with --run")
    }
}
