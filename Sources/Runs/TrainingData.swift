import Adversarial
import Datasets
import RunConfiguration

/// The samples that a configuration trains on: the training part less what `data.holdOut` keeps out.
package enum TrainingData {
    /// - Parameter list: the files to take of a folder of images, where that was fixed before.
    package static func open(
        _ configuration: Configuration, split: DatasetSplit = .train, list: FileList? = nil
    ) throws -> any SampleSource {
        let source = try configuration.dataset().open(
            shape: shape(of: configuration), seed: configuration.recipe.seed, split: split,
            images: configuration.data.images, list: list)
        // A list has what is trained on.
        guard split == .train, list == nil else { return source }
        return try HeldOutShare(configuration.data.holdOut, seed: configuration.recipe.seed).parts(of: source).training
    }

    /// The shape of a sample.
    package static func shape(of configuration: Configuration) -> SampleShape {
        let shape = configuration.recipe.makeNetworks().sampleShape
        return shape.rank == 3
            ? .image(height: shape[0], width: shape[1], channels: shape[2]) : .vector(shape[0])
    }

    package static func sampler(_ source: any SampleSource, _ recipe: Recipe) throws -> ShardSampler {
        try ShardSampler(
            count: source.count, shards: recipe.shards, shardBatch: recipe.shardBatch, seed: recipe.seed)
    }

    /// Equal on machines that read the same samples with the same labels.
    package static func fingerprint(_ source: any SampleSource) -> String { source.fingerprint.description }
}
