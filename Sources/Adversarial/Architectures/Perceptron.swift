import NeuralNetworks
import TensorCore

/// Fully connected: latent → 256 → 512 → 1024 → 28·28, leaky ReLU between and tanh at the end (Goodfellow et al.,
/// "Generative adversarial networks", 2014, with today's non-linearities).
struct PerceptronGenerator: NetworkModule {
    private let layers: [Linear]

    init(latentSize: Int, in layout: inout NetworkLayout) {
        let sizes = [latentSize, 256, 512, 1024, 784]
        layers = (0..<4).map { index in
            Linear("\(2 * index)", inputSize: sizes[index], outputSize: sizes[index + 1], in: &layout)
        }
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = latent
        for layer in layers.dropLast() { x = layer(x, pass).leakyRelu(slope: 0.2) }
        return layers[3](x, pass).hyperbolicTangent().reshaped(to: [latent.shape[0], 28, 28, 1])
    }
}

/// Fully connected: 28·28 → 1024 → 512 → 256 → 1, with dropout after the first two.
struct PerceptronDiscriminator: NetworkModule {
    private let layers: [Linear]
    private let dropout = Dropout(rate: 0.3)

    init(in layout: inout NetworkLayout) {
        let sizes = [784, 1024, 512, 256, 1]
        // Numbers of the layers in PyTorch's `Sequential`, which counts the others too.
        let names = ["1", "4", "7", "9"]
        layers = (0..<4).map { index in
            Linear(names[index], inputSize: sizes[index], outputSize: sizes[index + 1], in: &layout)
        }
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = image.reshaped(to: [image.shape[0], 784])
        x = dropout(layers[0](x, pass).leakyRelu(slope: 0.2), pass)
        x = dropout(layers[1](x, pass).leakyRelu(slope: 0.2), pass)
        x = layers[2](x, pass).leakyRelu(slope: 0.2)
        return layers[3](x, pass)
    }
}
