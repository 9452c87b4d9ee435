import Adversarial
import NeuralNetworks

/// A ready-made configuration, by name. A registered model of a user's is a preset too, by its own name.
package struct Preset: Sendable, Hashable, RawRepresentable, CaseIterable {
    package let rawValue: String

    private init(name: String) { rawValue = name }

    /// nil if there is no preset of this name.
    package init?(rawValue: String) {
        guard Self.allCases.contains(where: { $0.rawValue == rawValue }) else { return nil }
        self.init(name: rawValue)
    }

    package static let lenet28 = Preset(name: "lenet-28")
    package static let mlp28 = Preset(name: "mlp-28")
    package static let dcgan28 = Preset(name: "dcgan-28")
    package static let digits = Preset(name: "digits")
    package static let digitsUnlabelled = Preset(name: "digits-unlabelled")
    package static let fashion = Preset(name: "fashion")
    package static let dcgan32 = Preset(name: "dcgan-32")
    package static let sngan32 = Preset(name: "sngan-32")
    package static let r3gan32 = Preset(name: "r3gan-32")
    package static let dcgan64 = Preset(name: "dcgan-64")
    package static let ring2D = Preset(name: "ring-2d")
    package static let grid2D = Preset(name: "grid-2d")

    private static let own: [Preset] = [
        .digits, .digitsUnlabelled, .fashion, .lenet28, .mlp28, .dcgan28, .dcgan32, .sngan32, .r3gan32, .dcgan64,
        .ring2D, .grid2D,
    ]

    package static let allCases: [Preset] =
        own + ModelRegistry.all.filter { !$0.isOfLibrary }.map { Preset(name: $0.name) }

    /// What `train` takes without a preset and without data.
    package static let `default` = Preset.digits

    /// What a configuration file that names no preset starts from.
    package static let ofFiles = Preset.dcgan28

    /// The preset for a data source, where none is named.
    static func forData(_ source: String) -> Preset {
        switch source.prefix(while: { $0 != ":" }) {
        case "fashion-mnist": .fashion
        case "cifar10": .dcgan32
        case "images": .dcgan64
        case "ring-2d": .ring2D
        case "grid-2d": .grid2D
        default: .digits
        }
    }

    /// What it is for, in one line.
    package var summary: String {
        switch self {
        case .lenet28: "28x28 gray: LeNet-like discriminator with max-pooling and dropout, convolutional generator"
        case .mlp28: "28x28 gray: fully connected networks"
        case .dcgan28: "28x28 gray: DCGAN with batch norm, as in the paper of 2016"
        case .digits: "28x28 gray with classes: draws the digit that is asked for; the best digits in the shortest time"
        case .digitsUnlabelled: "28x28 gray: the same recipe without classes"
        case .fashion:
            "28x28 gray with classes: the recipe of digits for pictures of clothes (--data fashion-mnist:DIR)"
        case .dcgan32: "32x32 colour: DCGAN with batch norm"
        case .sngan32: "32x32 colour: residual networks, batch norm and spectral norm, hinge loss (SNGAN)"
        case .r3gan32: "32x32 colour: bottlenecks without norms, relativistic loss with R1 and R2 (R3GAN)"
        case .dcgan64: "64x64 colour: DCGAN with batch norm, for your own images (--data images:DIR)"
        case .ring2D: "points of the plane: 8 Gaussians on a circle, to see whether modes are lost"
        case .grid2D: "points of the plane: 25 Gaussians on a grid, to see whether modes are lost"
        default: ModelRegistry.model(named: rawValue)?.summary ?? ""
        }
    }

    /// The text of `config list`: one line per preset.
    package static var list: String {
        let width = allCases.map(\.rawValue.count).max() ?? 0
        return allCases.map { preset in
            let padding = String(repeating: " ", count: width - preset.rawValue.count)
            let recipe = preset.configuration.recipe
            let isDefault = preset == .default ? ", the default" : ""
            return "\(preset.rawValue)\(padding)  \(preset.summary) "
                + "(\(recipe.steps) steps of \(recipe.shards) x \(recipe.shardBatch)\(isDefault))"
        }.joined(separator: "\n")
    }

    var configuration: Configuration {
        switch self {
        case .lenet28:
            // The mean and the deviation of MNIST's training pixels; the generator ends without tanh.
            let adam = AdamSettings(learningRate: 2e-3, beta1: 0.9)
            return images(
                Recipe(
                    model: .lenet28, steps: 2000, generatorOptimizer: adam, discriminatorOptimizer: adam,
                    pixelMean: 0.1307, pixelStandardDeviation: 0.3081))
        case .mlp28: return images(Recipe(model: .mlp28, shards: 2, shardBatch: 64, steps: 4000))
        case .dcgan28: return images(Recipe(model: .dcgan28, steps: 1000))
        case .digits, .fashion:
            var configuration = images(penalizedDCGAN(steps: 4000))
            configuration.isConditional = true
            return configuration.with(classes: 10)
        case .digitsUnlabelled: return images(penalizedDCGAN(steps: 8000))
        case .dcgan32:
            return images(
                Recipe(
                    model: ModelSettings(model: "dcgan", imageHeight: 32, imageWidth: 32, imageChannels: 3), steps: 4000
                ))
        case .sngan32:
            let adam = AdamSettings(beta1: 0, beta2: 0.9)
            return images(
                Recipe(
                    model: ModelSettings(
                        model: "resnet", imageHeight: 32, imageWidth: 32, imageChannels: 3, latentSize: 128,
                        generatorWidth: 32, discriminatorWidth: 32, discriminatorNorm: .spectral),
                    loss: .hinge, shards: 4, shardBatch: 16, steps: 10_000, generatorOptimizer: adam,
                    discriminatorOptimizer: adam, movingAverage: MovingAverage(decay: 0.999)))
        case .r3gan32:
            let adam = AdamSettings(beta1: 0, beta2: 0.99)
            return images(
                Recipe(
                    model: ModelSettings(
                        model: "resnet", imageHeight: 32, imageWidth: 32, imageChannels: 3, latentSize: 64,
                        generatorWidth: 32, discriminatorWidth: 32, generatorNorm: .none, discriminatorNorm: .none,
                        options: ["resnet.block": "bottleneck", "resnet.upsampling": "bilinear"]),
                    isRelativistic: true, r1: 1, r2: 1, shards: 4, shardBatch: 16, steps: 10_000,
                    generatorOptimizer: adam, discriminatorOptimizer: adam, movingAverage: MovingAverage(decay: 0.999)))
        case .dcgan64: return images(Recipe(model: .dcgan64, shardBatch: 16, steps: 2000))
        case .ring2D: return points(standardDeviation: 1, steps: 6000)
        case .grid2D: return points(standardDeviation: 6, steps: 16_000)
        default:
            let norms = ModelRegistry.model(named: rawValue)?.norms ?? (.none, .none)
            return images(
                Recipe(
                    model: ModelSettings(
                        model: rawValue, generatorNorm: norms.generator, discriminatorNorm: norms.discriminator)))
        }
    }

    /// DCGAN's networks with a recipe of today: no norm in the discriminator, R1 at every fourth update (Mescheder et al., 2018;
    /// Karras et al., 2020), learning rates five times those of 2016 that fall along half a cosine, no momentum, and a slow average.
    private func penalizedDCGAN(steps: Int) -> Recipe {
        var model = ModelSettings.dcgan28
        model.discriminatorNorm = .none
        let adam = AdamSettings(learningRate: Schedule(.cosine, from: 1e-3, to: 5e-5), beta1: 0, beta2: 0.99)
        return Recipe(
            model: model, r1: 0.1, penaltyEvery: 4, shards: 8, shardBatch: 16, steps: steps,
            generatorOptimizer: adam, discriminatorOptimizer: adam,
            movingAverage: MovingAverage(halfLife: 30_000))
    }

    private func images(_ recipe: Recipe) -> Configuration {
        Configuration(preset: self, recipe: recipe, source: "glyphs")
    }

    /// The mixtures of Gaussians: small networks, a plane latent, a fast rate that falls to 0, and a slow average.
    ///
    /// The deviation puts the grid's modes within the reach of the untrained generator, so that none is missed: at half of
    /// it, one run in five lost two of them.
    private func points(standardDeviation: Double, steps: Int) -> Configuration {
        let adam = AdamSettings(learningRate: Schedule(.linear, from: 2e-3), beta1: 0, beta2: 0.99)
        var configuration = Configuration(
            preset: self,
            recipe: Recipe(
                model: .points2D, shardBatch: 128, steps: steps, generatorOptimizer: adam,
                discriminatorOptimizer: adam, movingAverage: MovingAverage(decay: 0.999), pixelMean: 0,
                pixelStandardDeviation: standardDeviation),
            source: rawValue)
        configuration.output.sampleEvery = 1000
        configuration.output.sampleCount = 2500
        configuration.output.checkpointEvery = 1000
        return configuration
    }
}
