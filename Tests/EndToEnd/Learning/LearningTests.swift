import Adversarial
import Datasets
import Runs
import TensorCore
import Testing

/// Training works: what the generator draws comes nearer to the data.
///
/// The measure is `PixelDistance`: the Fréchet distance (Dowson and Landau, 1982) between 2,000 generated and as many
/// held-out images in the space of the first 64 principal components of the training pixels.
@Suite struct LearningTests {
    /// A run, and what it must come to.
    struct Course: Sendable, CustomTestStringConvertible {
        var preset: Preset
        var data: String
        var steps: Int
        /// The most that the trained generator's distance may be.
        var threshold: Double
        var testDescription: String { "\(preset.rawValue) on \(data.prefix { $0 != ":" })" }
    }

    @Test func dcgan28LearnsGlyphs() throws {
        try expectProgress(Course(preset: .dcgan28, data: "glyphs", steps: 120, threshold: 1))
    }

    @Test(.needsData("mnist")) func lenet28LearnsMNIST() throws {
        try expectProgress(
            Course(preset: .lenet28, data: "mnist:\(TestData.folder("mnist"))", steps: 240, threshold: 1))
    }

    private func expectProgress(_ course: Course) throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        try sandbox.complete(
            [
                "train", "--preset", course.preset.rawValue, "--data", course.data, "--seed", "1", "--workers", "2",
                "--steps", "\(course.steps)", "--checkpoint-every", "\(course.steps / 2)", "--sample-every", "0",
                "--run",
                run.path,
            ], seconds: 240)
        let configuration = try RunDirectory.open(at: run.path).configuration()
        let gallery = try Gallery(configuration)
        let untrained = gallery.distance(TrainingState(recipe: configuration.recipe))
        let half = try gallery.distance(run.state(afterStep: course.steps / 2, configuration))
        let trained = try gallery.distance(run.state(afterStep: course.steps, configuration))
        let all = "untrained \(untrained), half trained \(half), trained \(trained), data \(gallery.ofTraining)"
        print(all)
        #expect(untrained > 2 * half, "\(all)")
        #expect(half > trained, "\(all)")
        #expect(trained < course.threshold, "\(all)")
    }
}

/// Held-out images of a configuration's data set, and the distance of a generator's images to them.
private struct Gallery {
    static let count = 2000
    let configuration: Configuration
    private let measure: PixelDistance
    var ofTraining: Double { measure.ofTraining }

    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        let recipe = configuration.recipe
        let shape = recipe.makeNetworks().sampleShape
        func open(_ split: DatasetSplit) throws -> any SampleSource {
            try configuration.dataset().open(
                shape: .image(height: shape[0], width: shape[1], channels: shape[2]), seed: recipe.seed, split: split)
        }
        measure = try PixelDistance(training: open(.train), heldOut: open(.test), count: Self.count)
    }

    /// The distance of images of the generator's moving average.
    func distance(_ state: TrainingState) -> Double {
        let recipe = configuration.recipe
        var latents = [Float](repeating: 0, count: Self.count * recipe.latentSize)
        latents.withUnsafeMutableBufferPointer {
            RandomStream(seed: 1, purpose: .sample, step: 0).fillNormal($0)
        }
        let images = state.sampler()(latents).map { value in
            min(1, max(0, value * Float(recipe.pixelDeviation) + Float(recipe.pixelMean)))
        }
        return measure.distance(of: images)
    }
}

extension RunFolder {
    /// The training state in the checkpoint of a step.
    fileprivate func state(afterStep step: Int, _ configuration: Configuration) throws -> TrainingState {
        let path = checkpoint(step)
        return try Checkpoint(contentsOf: path).trainingState(for: configuration, path: path)
    }
}
