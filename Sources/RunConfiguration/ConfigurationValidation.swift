import Adversarial
import Datasets
import NeuralNetworks
import UserErrors

extension Configuration {
    /// Checks what no single key can: values that are good alone and wrong together.
    ///
    /// - Parameter place: where a key's value came from, for the error.
    /// - Throws: `RunError` (configuration).
    package func validate(place: (String) -> String = { $0 }) throws {
        try validateModel(place)
        try validateBatch(place)
        try validateData(place)
        try validateLoss(place)
        try validateDecisions(place)
        try validateCluster(place)
        guard output.stopWhen != .collapsed || output.sampleEvery > 0 && output.sampleCount > 8 else {
            throw RunError(
                .configuration, at: place("output.stopWhen"),
                "sees a collapse in the sample grids, of which there are none to see it in",
                expected: "output.sampleEvery over 0 and output.sampleCount over 8",
                found: "\(output.sampleEvery) and \(output.sampleCount)",
                advice: "100 and 64 are usual: --set output.sampleEvery=100 --set output.sampleCount=64")
        }
        guard start.sha256 == nil || start.checkpoint != nil else {
            throw RunError(
                .configuration, at: place("start.sha256"), "belongs to start.checkpoint, which is none",
                expected: "both, or none of the two", advice: "name the checkpoint too, or leave start.sha256 out")
        }
    }

    private func validateModel(_ place: (String) -> String) throws {
        let settings = recipe.model
        for option in settings.options.keys.sorted() where !option.hasPrefix("\(settings.model).") {
            throw RunError(
                .configuration, at: place(option), "belongs to another architecture",
                expected: "options of \(settings.model)", found: option, advice: "leave it out")
        }
        guard let model = ModelRegistry.model(named: settings.model) else {
            let names = ModelRegistry.all.map(\.name)
            throw RunError(
                .configuration, at: place("architecture"), "there is no such model",
                expected: "one of \(names.joined(separator: ", "))", found: settings.model)
        }
        if model.samples == .images, settings.imageChannels == 2 {
            throw RunError(
                .configuration, at: place("image.channels"), "is no kind of image",
                expected: "1 for gray, 3 for colour", found: "2")
        }
        if let problem = model.problem(settings) {
            throw RunError(
                .configuration, at: place(problem.key), problem.text, expected: problem.expected,
                found: problem.found, advice: problem.advice)
        }
    }

    private func validateBatch(_ place: (String) -> String) throws {
        if recipe.shardBatch < 2, recipe.hasBatchNorm {
            throw RunError(
                .configuration, at: place("batch.shardBatch"),
                "\(recipe.model.model) has batch norm here, whose statistics need several samples in each shard",
                expected: "2 or more", found: "\(recipe.shardBatch)",
                advice: "take fewer shards with more samples each")
        }
        let limit = 1 << 24
        let samples = recipe.shards * recipe.shardBatch
        guard samples <= limit else {
            throw RunError(
                .configuration, at: place("batch.shards"), "the batch of shards x shardBatch samples is too large",
                expected: "at most \(limit)", found: "\(samples)")
        }
        // A contribution names each file that it was read from, in one message.
        let mostFiles = 1 << 15
        guard !data.source.hasPrefix("images:") || samples <= mostFiles else {
            throw RunError(
                .configuration, at: place("batch.shards"), "the batch is too large for a folder of images",
                expected: "at most \(mostFiles) samples", found: "\(samples)")
        }
        try validateMemory(place)
    }

    /// What would need more memory than any machine has is refused before it is asked for.
    private func validateMemory(_ place: (String) -> String) throws {
        let networks = recipe.makeNetworks()
        let mostParameters = 1 << 28
        for (name, layout) in [
            ("generator", networks.generatorLayout), ("discriminator", networks.discriminatorLayout),
        ] where layout.parameterCount > mostParameters {
            throw RunError(
                .configuration, at: place("\(name).width"), "the \(name) has too many parameters",
                expected: "at most \(mostParameters)", found: "\(layout.parameterCount)",
                advice: "take a smaller width or latentSize")
        }
        let mostValues = 1 << 26
        let values = recipe.shardBatch * networks.sampleShape.count
        guard values <= mostValues else {
            throw RunError(
                .configuration, at: place("batch.shardBatch"), "a shard has too many values for one computation",
                expected: "at most \(mostValues / networks.sampleShape.count) samples", found: "\(recipe.shardBatch)",
                advice: "take more shards with fewer samples each")
        }
    }

    private func validateData(_ place: (String) -> String) throws {
        let kind = String(data.source.prefix { $0 != ":" })
        let kinds = DatasetSpecification.forms.map { form in String(form.prefix { $0 != ":" }) }
        guard let form = DatasetSpecification.forms.first(where: { $0 == kind || $0.hasPrefix(kind + ":") }) else {
            throw RunError(
                .configuration, at: place("data.source"), "is no data source",
                expected: "one of \(DatasetSpecification.forms.joined(separator: ", "))", found: data.source.inQuotes,
                advice: DatasetSpecification.suggestion(for: data.source) ?? NearestName.advice(kind, among: kinds)
                    ?? "a folder of images is images:DIR")
        }
        do {
            _ = try DatasetSpecification(parsing: data.source)
        } catch let error as DatasetError where error.category == .missing {
            throw RunError(.configuration, at: place("data.source"), error.description)
        } catch {
            throw RunError(
                .configuration, at: place("data.source"), form == kind ? "takes no folder" : "names no folder",
                expected: form, found: data.source.inQuotes, advice: DatasetSpecification.suggestion(for: data.source))
        }
        let givesPoints = kind == "ring-2d" || kind == "grid-2d"
        guard givesPoints == (ModelRegistry.model(named: recipe.model.model)?.samples == .points) else {
            throw RunError(
                .configuration, at: place("data.source"),
                "\(kind) gives \(givesPoints ? "points of the plane" : "images"), but the networks of "
                    + "\(recipe.model.model) take \(givesPoints ? "images" : "points of the plane")",
                advice: givesPoints ? "take --preset \(kind)" : "take an image preset, or --data ring-2d or grid-2d")
        }
    }

    private func validateLoss(_ place: (String) -> String) throws {
        guard !recipe.isRelativistic || recipe.loss.allowsRelativistic else {
            throw RunError(
                .configuration, at: place("loss.relativistic"), "the \(recipe.loss.rawValue) loss has no such form",
                expected: "loss.kind "
                    + LossKind.allCases.filter(\.allowsRelativistic).map(\.rawValue).joined(separator: ", "),
                found: recipe.loss.rawValue, advice: "R3GAN's is --set loss.kind=non-saturating")
        }
        if recipe.loss == .wasserstein, !recipe.gradientPenalty.isPositive, !recipe.r1.isPositive {
            throw RunError(
                .configuration, at: place("loss.gradientPenalty"),
                "the wasserstein loss has no minimum without a penalty on the discriminator's gradient",
                expected: "a number over 0", found: "0", advice: "10 is usual: --set loss.gradientPenalty=10")
        }
    }

    private func validateCluster(_ place: (String) -> String) throws {
        for (key, timeout) in [
            ("cluster.workerTimeoutSeconds", cluster.workerTimeoutSeconds),
            ("cluster.coordinatorTimeoutSeconds", cluster.coordinatorTimeoutSeconds),
        ] where timeout < 2 * cluster.heartbeatSeconds {
            throw RunError(
                .configuration, at: place(key), "is shorter than two heartbeats",
                expected: "at least \(YAMLScalar.text(of: 2 * cluster.heartbeatSeconds))",
                found: YAMLScalar.text(of: timeout),
                advice: "make it longer, or cluster.heartbeatSeconds shorter")
        }
    }
}

extension Recipe {
    /// Whether a network normalises over its batch.
    fileprivate var hasBatchNorm: Bool {
        let networks = makeNetworks()
        return (networks.generatorLayout.buffers + networks.discriminatorLayout.buffers).contains {
            $0.rule == .passCount
        }
    }
}
