import Adversarial

extension Configuration {
    /// Checks what the discriminator sees, and on how many samples it decides.
    func validateDecisions(_ place: (String) -> String) throws {
        let drawsPoints = ModelRegistry.model(named: recipe.model.model)?.samples == .points
        guard !drawsPoints || !recipe.flipsData else {
            throw RunError(
                .configuration, at: place("data.flip"), "only images can be mirrored", expected: "false", found: "true",
                advice: "leave it out for points of the plane")
        }
        try validateAugmentation(place, drawsPoints: drawsPoints)
        try validatePacking(place)
        try validateMinibatchStdDev(place)
    }

    private func validateAugmentation(_ place: (String) -> String, drawsPoints: Bool) throws {
        let augmentation = recipe.augmentation
        guard !drawsPoints || augmentation.isNone else {
            throw RunError(
                .configuration, at: place("augmentation.policy"), "only images can be augmented", expected: "none",
                found: augmentation.policy, advice: "leave it out for points of the plane")
        }
        guard !augmentation.isNone || augmentation.probability == .fixed(1) else {
            throw RunError(
                .configuration, at: place("augmentation.probability"),
                "belongs to augmentation.policy, which is none", expected: "1",
                found: ConfigurationKey.named("augmentation.probability")?.value(in: self),
                advice: "add --set augmentation.policy=diffaugment, or leave it out")
        }
    }

    private func validatePacking(_ place: (String) -> String) throws {
        let packing = recipe.model.packing
        guard packing > 1 else { return }
        guard recipe.shardBatch % packing == 0 else {
            throw RunError(
                .configuration, at: place("discriminator.packing"), "does not divide the samples of a shard",
                expected: "a divisor of batch.shardBatch, \(recipe.shardBatch)", found: "\(packing)",
                advice: "take --set batch.shardBatch=\(max(1, recipe.shardBatch / packing) * packing)")
        }
        guard !isConditional else {
            throw RunError(
                .configuration, at: place("discriminator.packing"),
                "packed samples have several classes, of which the discriminator can take one", expected: "1",
                found: "\(packing)", advice: "leave it out, or take --set conditional=false")
        }
        guard recipe.shardBatch > packing || !recipe.discriminatorHasBatchNorm else {
            throw RunError(
                .configuration, at: place("discriminator.packing"),
                "\(recipe.model.model)'s discriminator has batch norm here, whose statistics need several packs in each shard",
                expected: "less than batch.shardBatch, \(recipe.shardBatch)", found: "\(packing)",
                advice: "take fewer shards with more samples each")
        }
    }

    private func validateMinibatchStdDev(_ place: (String) -> String) throws {
        let size = recipe.model.minibatchStdDev
        guard size > 0 else { return }
        let key = "discriminator.minibatchStdDev"
        guard ModelRegistry.model(named: recipe.model.model)?.hasMinibatchStdDev == true else {
            let models = ModelRegistry.all.filter(\.hasMinibatchStdDev).map(\.name)
            throw RunError(
                .configuration, at: place(key), "\(recipe.model.model)'s discriminator has no such layer",
                expected: "0, or an architecture of \(models.joined(separator: ", "))", found: "\(size)",
                advice: "leave it out")
        }
        let decisions = recipe.shardBatch / recipe.model.packing
        guard size > 1, decisions % size == 0 else {
            throw RunError(
                .configuration, at: place(key),
                size == 1 ? "one sample has no deviation" : "does not divide the discriminator's decisions in a shard",
                expected: "0, or a divisor of \(decisions) over 1", found: "\(size)",
                advice: "4 is usual; batch.shardBatch must be a multiple of it")
        }
    }
}

extension Recipe {
    fileprivate var discriminatorHasBatchNorm: Bool {
        makeNetworks().discriminatorLayout.buffers.contains { $0.rule == .passCount }
    }
}
