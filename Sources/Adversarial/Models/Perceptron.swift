import NeuralNetworks
import TensorCore

extension Model {
    /// Goodfellow et al., "Generative adversarial networks", 2014, with today's non-linearities.
    static let perceptron = Model(
        name: "perceptron", summary: "fully connected networks with three hidden layers of 256 to 1024 units",
        generator: { PerceptronGenerator($0, in: &$1) },
        discriminator: { PerceptronDiscriminator($0, in: &$1) },
        problem: { settings in
            let limit = 256
            guard settings.imageHeight <= limit, settings.imageWidth <= limit else {
                return ModelProblem(
                    key: "image.size", "perceptron cannot make images of this size",
                    expected: "sides of 1 to \(limit)", found: settings.imageSize,
                    advice:
                        "the nearest size is --size \(min(limit, settings.imageWidth))x\(min(limit, settings.imageHeight))"
                )
            }
            return settings.unsupported(norms: [.none, .spectral], conditions: true) ?? settings.conditionalNormProblem
        })
}

/// Latent → 256 → 512 → 1024 → image, leaky ReLU between and tanh at the end.
struct PerceptronGenerator: NetworkModule {
    private let condition: LatentCondition
    private let layers: [Linear]
    private let image: ImageFeatures

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let condition = LatentCondition(settings, in: &layout)
        self.condition = condition
        let image = settings.image
        self.image = image
        let sizes = [condition.size, 256, 512, 1024, image.count]
        layers = (0..<4).map { index in
            Linear(
                "\(2 * index)", inputSize: sizes[index], outputSize: sizes[index + 1],
                outputFeatures: index == 3 && image.channels > 1 ? image : nil,
                spectral: settings.spectral(settings.generatorNorm), in: &layout)
        }
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = condition(latent, pass)
        for layer in layers.dropLast() { x = layer(x, pass).leakyRelu(slope: 0.2) }
        return layers[3](x, pass).tanh()
            .reshaped(to: [latent.shape[0], image.height, image.width, image.channels])
    }
}

/// Image → 1024 → 512 → 256 → 1, with dropout after the first two.
struct PerceptronDiscriminator: NetworkModule {
    private let layers: [Linear]
    private let dropout = Dropout(rate: 0.3)
    private let projection: Projection

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let image = settings.image
        let sizes = [image.count, 1024, 512, 256, 1]
        // Numbers of the layers in PyTorch's `Sequential`, which counts the others too.
        let names = ["1", "4", "7", "9"]
        layers = (0..<4).map { index in
            Linear(
                names[index], inputSize: sizes[index], outputSize: sizes[index + 1],
                inputFeatures: index == 0 && image.channels > 1 ? image : nil,
                spectral: settings.spectral(settings.discriminatorNorm), in: &layout)
        }
        projection = Projection(settings, size: 256, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = image.reshaped(to: [image.shape[0], image.shape.count / image.shape[0]])
        x = dropout(layers[0](x, pass).leakyRelu(slope: 0.2), pass)
        x = dropout(layers[1](x, pass).leakyRelu(slope: 0.2), pass)
        x = layers[2](x, pass).leakyRelu(slope: 0.2)
        return projection(layers[3](x, pass), x, pass)
    }
}
