import Adversarial
import Datasets
import RunConfiguration

/// The samples that a configuration trains on.
package enum TrainingData {
    /// - Parameter list: the files to take of a folder of images, where that was fixed before.
    package static func open(
        _ configuration: Configuration, split: DatasetSplit = .train, list: FileList? = nil
    ) throws -> any SampleSource {
        let shape = configuration.recipe.makeNetworks().sampleShape
        let sampleShape: SampleShape =
            shape.rank == 3
            ? .image(height: shape[0], width: shape[1], channels: shape[2]) : .vector(shape[0])
        return try configuration.dataset().open(
            shape: sampleShape, seed: configuration.recipe.seed, split: split, images: configuration.data.images,
            list: list)
    }

    package static func sampler(_ source: any SampleSource, _ recipe: Recipe) throws -> ShardSampler {
        try ShardSampler(
            count: source.count, shards: recipe.shards, shardBatch: recipe.shardBatch, seed: recipe.seed)
    }

    /// Equal on machines that read the same samples with the same labels.
    package static func fingerprint(_ source: any SampleSource) -> String { source.fingerprint.description }
}
