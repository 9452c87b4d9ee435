import Adversarial
import NeuralNetworks
import TensorCore
import Testing

/// The families take every size that halves to sides of 3 to 8: both networks are built, and a whole step is finite.
@Suite struct FamilySizesTests {
    struct Size: Sendable, CustomTestStringConvertible {
        var width: Int
        var height: Int
        var testDescription: String { "\(width)x\(height)" }
    }

    private static let sizes = [(16, 16), (28, 28), (32, 32), (64, 48), (128, 128), (256, 256)].map {
        Size(width: $0.0, height: $0.1)
    }

    private func settings(_ family: String, _ size: Size, channels: Int) -> ModelSettings {
        var settings = ModelSettings(
            model: family, imageHeight: size.height, imageWidth: size.width, imageChannels: channels, latentSize: 6,
            generatorWidth: 2, discriminatorWidth: 2)
        if family == "resnet" { settings.discriminatorNorm = .spectral }
        return settings
    }

    @Test(arguments: ["dcgan", "resnet"], sizes)
    func aStepIsDone(_ family: String, _ size: Size) throws {
        for channels in [1, 3] {
            try step(Recipe(model: settings(family, size, channels: channels), shards: 2, shardBatch: 2, steps: 1))
        }
    }

    /// Bottlenecks without norms under the relativistic loss with both penalties, at a side of each kind.
    @Test(arguments: [Size(width: 28, height: 28), Size(width: 64, height: 48)])
    func bottlenecksDoToo(_ size: Size) throws {
        var model = settings("resnet", size, channels: 3)
        (model.generatorWidth, model.discriminatorWidth) = (4, 4)
        (model.generatorNorm, model.discriminatorNorm) = (.none, .none)
        model.options = ["resnet.block": "bottleneck", "resnet.upsampling": "bilinear", "resnet.groupWidth": "4"]
        try step(Recipe(model: model, isRelativistic: true, r1: 1, r2: 1, shards: 1, shardBatch: 2, steps: 1))
    }

    private func step(_ recipe: Recipe) throws {
        let state = TrainingState(recipe: recipe)
        let engine = ShardEngine(recipe: recipe)
        var metrics: StepMetrics?
        while state.nextRound != nil { metrics = try completeRound(engine, state) }
        let reported = try #require(metrics)
        #expect(reported.generatorLoss.isFinite && reported.discriminatorLoss.isFinite)
        #expect(reported.generatorGradientNorm > 0 && reported.discriminatorGradientNorm > 0)
        let image = recipe.model.image
        let sampler = state.sampler(batch: 2)
        #expect(sampler.outputCount == image.height * image.width * image.channels)
        let samples = sampler([Float](repeating: 0.5, count: 2 * recipe.model.latentSize))
        #expect(samples.allSatisfy { $0.isFinite && abs($0) <= 1 })
    }

    struct Unreached: Sendable {
        var size: Size
        var nearest: String
    }

    /// The least change of both sides; of a square, a square where that costs no more than a pixel.
    @Test(arguments: [
        Unreached(size: Size(width: 8, height: 8), nearest: "16"),
        Unreached(size: Size(width: 17, height: 17), nearest: "16"),
        Unreached(size: Size(width: 30, height: 30), nearest: "28"),
        Unreached(size: Size(width: 300, height: 300), nearest: "256"),
        Unreached(size: Size(width: 100, height: 76), nearest: "96x80"),
        Unreached(size: Size(width: 64, height: 16), nearest: "64x24"),
    ])
    func otherSizesAreRefusedWithTheNearest(_ example: Unreached) throws {
        for family in ["dcgan", "resnet"] {
            let settings = settings(family, example.size, channels: 1)
            let model = try #require(ModelRegistry.model(named: family))
            let problem = try #require(model.problem(settings))
            #expect(problem.key == "image.size")
            #expect(problem.found == settings.imageSize)
            #expect(problem.advice == "the nearest size is --size \(example.nearest)")
            // And that one is taken.
            var taken = settings
            let sides = example.nearest.split(separator: "x").compactMap { Int($0) }
            (taken.imageWidth, taken.imageHeight) = (sides[0], sides[sides.count - 1])
            #expect(model.problem(taken) == nil)
        }
    }
}
