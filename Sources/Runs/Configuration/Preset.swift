import Adversarial

/// A ready-made configuration, by name.
package enum Preset: String, Sendable, CaseIterable, Hashable {
    case lenet28 = "lenet-28"
    case mlp28 = "mlp-28"
    case dcgan28 = "dcgan-28"
    case dcgan64 = "dcgan-64"
    case ring2D = "ring-2d"
    case grid2D = "grid-2d"

    /// What a configuration without a preset starts from.
    package static let `default` = Preset.dcgan28

    /// What it is for, in one line.
    package var summary: String {
        switch self {
        case .lenet28: "28x28 gray: LeNet-like discriminator with max-pooling and dropout, convolutional generator"
        case .mlp28: "28x28 gray: fully connected networks"
        case .dcgan28: "28x28 gray: DCGAN with batch norm; the best digits in the shortest time"
        case .dcgan64: "64x64 colour: DCGAN with batch norm, for your own images (--data images:DIR)"
        case .ring2D: "points of the plane: 8 Gaussians on a circle, to see whether modes are lost"
        case .grid2D: "points of the plane: 25 Gaussians on a grid, to see whether modes are lost"
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
            return Configuration(
                preset: self,
                recipe: Recipe(
                    architecture: .lenet28, steps: 2000, generatorOptimizer: adam, discriminatorOptimizer: adam,
                    pixelMean: 0.1307, pixelDeviation: 0.3081),
                source: "glyphs")
        case .mlp28:
            return Configuration(
                preset: self, recipe: Recipe(architecture: .mlp28, shards: 2, shardBatch: 64, steps: 4000),
                source: "glyphs")
        case .dcgan28:
            return Configuration(
                preset: self, recipe: Recipe(architecture: .dcgan28, steps: 1000), source: "glyphs")
        case .dcgan64:
            return Configuration(
                preset: self, recipe: Recipe(architecture: .dcgan64, shardBatch: 16, steps: 2000), source: "glyphs")
        case .ring2D:
            return plane(deviation: 1, steps: 6000)
        case .grid2D:
            return plane(deviation: 6, steps: 16_000)
        }
    }

    /// The mixtures of Gaussians: small networks, a plane latent, a fast rate that falls to 0, and a slow average.
    ///
    /// The deviation puts the grid's modes within the reach of the untrained generator, so that none is missed: at half of
    /// it, one run in five lost two of them.
    private func plane(deviation: Double, steps: Int) -> Configuration {
        let adam = AdamSettings(learningRate: 2e-3, beta1: 0, beta2: 0.99, decay: .linear)
        var configuration = Configuration(
            preset: self,
            recipe: Recipe(
                architecture: .plane2D, generatorWidth: 64, discriminatorWidth: 64, latentSize: 2,
                shardBatch: 128, steps: steps, generatorOptimizer: adam, discriminatorOptimizer: adam,
                averageDecay: 0.999, pixelMean: 0, pixelDeviation: deviation),
            source: rawValue)
        configuration.output.sampleEvery = 1000
        configuration.output.sampleCount = 2500
        configuration.output.checkpointEvery = 1000
        return configuration
    }
}
