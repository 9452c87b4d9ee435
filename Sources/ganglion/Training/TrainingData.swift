import Adversarial
import Datasets
import Runs

/// The samples that a configuration trains on.
enum TrainingData {
    static func open(_ configuration: Configuration, split: DatasetSplit = .train) throws -> any SampleSource {
        let shape = configuration.recipe.makeNetworks().sampleShape
        let sampleShape: SampleShape =
            shape.rank == 3
            ? .image(height: shape[0], width: shape[1], channels: shape[2]) : .vector(shape[0])
        return try configuration.dataset().open(shape: sampleShape, seed: configuration.recipe.seed, split: split)
    }

    /// Decodes a folder's images until five seconds have gone by, so that a broken one is found before a run and not in it:
    /// of most folders all. What is broken beyond stops the run when it is read.
    /// - Throws: `DatasetError` that names the first broken image.
    static func checkImages(_ source: any SampleSource) throws {
        guard let images = source as? ImageFolderSource else { return }
        struct TimeIsUp: Error {}
        let limit = ContinuousClock.now + .seconds(5)
        do {
            try images.verify { _ in if ContinuousClock.now > limit { throw TimeIsUp() } }
        } catch is TimeIsUp {}
    }

    static func sampler(_ source: any SampleSource, _ recipe: Recipe) throws -> ShardSampler {
        try ShardSampler(
            count: source.count, shards: recipe.shards, shardBatch: recipe.shardBatch, seed: recipe.seed)
    }

    /// Equal on machines that read the same samples.
    static func fingerprint(_ source: any SampleSource) -> String {
        let fingerprint = source.fingerprint
        return "\(fingerprint.count) samples, \(fingerprint.shape), \(fingerprint.content)"
    }
}
