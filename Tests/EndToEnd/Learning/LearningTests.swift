import Adversarial
import RunConfiguration
import Runs
import SampleQuality
import TensorCore
import TestSupport
import Testing

/// Training works: what the generator draws comes nearer to the data.
///
/// The measure is the Fréchet distance (Dowson and Landau, 1982) between 2,000 generated and as many held-out images by
/// `PixelFeatures`, the first 64 principal components of the training pixels.
@Suite struct LearningTests {
    @Test func glyphs() throws { try expectProgress(on: "glyphs") }

    @Test(.needsData("mnist")) func mnist() throws { try expectProgress(on: "mnist:\(TestData.folder("mnist"))") }

    /// 400 steps of `dcgan-28` with small batches and networks of half the width.
    private func expectProgress(on data: String) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        try sandbox.complete(
            [
                "train", "--preset", "dcgan-28", "--data", data, "--seed", "1", "--workers", "2", "--steps", "400",
                "--checkpoint-every", "200", "--sample-every", "0", "--set", "batch.shards=2", "--set",
                "batch.shardBatch=16", "--set", "generator.width=32", "--set", "discriminator.width=32", "--run",
                run.path,
            ])
        let configuration = try RunDirectory.open(at: run.path).configuration()
        let gallery = try Gallery(configuration)
        let untrained = try gallery.distance(TrainingState(recipe: configuration.recipe))
        let half = try gallery.distance(run.state(afterStep: 200, configuration))
        let trained = try gallery.distance(run.state(afterStep: 400, configuration))
        let all =
            "untrained \(untrained), half trained \(half), trained \(trained), training data \(gallery.ofTraining)"
        #expect(half < 0.7 * untrained, "\(all)")
        #expect(trained < 0.7 * half, "\(all)")
        #expect(trained < 0.25 * untrained, "\(all)")
        #expect(gallery.ofTraining < trained, "\(all)")
    }
}

/// Held-out images of a configuration's data set, and the distance of a generator's images to them.
private struct Gallery {
    static let count = 2000
    let configuration: Configuration
    private let extractor: PixelFeatures
    private let heldOut: GaussianStatistics
    /// The distance of training images.
    let ofTraining: Double

    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        let data = try EvaluationData(configuration)
        func images(_ list: ImageList) throws -> [Float] { try list.read(0..<list.count) }
        let training = try images(data.trainingImages(count: Self.count))
        extractor = PixelFeatures(training: training, shape: data.shape)
        heldOut = try Self.statistics(images(data.reference(count: Self.count)), extractor)
        ofTraining = FrechetDistance.between(try Self.statistics(training, extractor), heldOut)
    }

    private static func statistics(_ images: [Float], _ extractor: PixelFeatures) throws -> GaussianStatistics {
        GaussianStatistics(
            of: FeatureMatrix(
                try extractor.features(of: images, count: count), dimensions: extractor.dimensions))
    }

    /// The distance of images of the generator's moving average.
    func distance(_ state: TrainingState) throws -> Double {
        let recipe = configuration.recipe
        var latents = [Float](repeating: 0, count: Self.count * recipe.model.latentSize)
        latents.withUnsafeMutableBufferPointer {
            RandomStream(seed: 1, purpose: .sample, step: 0).fillNormal($0)
        }
        let images = state.sampler()(latents).map { value in
            min(1, max(0, value * Float(recipe.pixelStandardDeviation) + Float(recipe.pixelMean)))
        }
        return FrechetDistance.between(try Self.statistics(images, extractor), heldOut)
    }
}

extension RunFolder {
    /// The training state in the checkpoint of a step.
    fileprivate func state(afterStep step: Int, _ configuration: Configuration) throws -> TrainingState {
        let path = checkpoint(step)
        return try Checkpoint(contentsOf: path).trainingState(for: configuration, path: path)
    }
}
