import NeuralNetworks
import TensorCore

/// How the DCGAN paper begins: weights N(0, 0.02), batch norm's N(1, 0.02), biases 0 (Radford et al., "Unsupervised
/// representation learning with deep convolutional generative adversarial networks", 2016).
enum DCGANInitialization {
    static let weight = Initializer.normal(mean: 0, deviation: 0.02)
    static let norm = Initializer.normal(mean: 1, deviation: 0.02)
    static let bias = Initializer.constant(0)
}

/// DCGAN for 28×28 gray images: latent → 7×7×2c → 14×14×c → 28×28×1.
struct DCGAN28Generator: NetworkModule {
    private let width: Int
    private let project: Linear
    private let norm1: BatchNorm
    private let up1: TransposedConvolution
    private let norm2: BatchNorm
    private let up2: TransposedConvolution

    init(latentSize: Int, width: Int, in layout: inout NetworkLayout) {
        self.width = width
        let image = ImageFeatures(height: 7, width: 7, channels: 2 * width)
        project = Linear(
            "0", inputSize: latentSize, outputSize: image.count, bias: false, outputFeatures: image,
            initializer: DCGANInitialization.weight, in: &layout)
        norm1 = BatchNorm(
            "1", features: image.count, image: image, initializer: DCGANInitialization.norm, in: &layout)
        up1 = TransposedConvolution(
            "4", inputChannels: 2 * width, outputChannels: width, kernel: 4, stride: 2, padding: 1, bias: false,
            initializer: DCGANInitialization.weight, in: &layout)
        norm2 = BatchNorm("5", features: width, initializer: DCGANInitialization.norm, in: &layout)
        up2 = TransposedConvolution(
            "7", inputChannels: width, outputChannels: 1, kernel: 4, stride: 2, padding: 1,
            initializer: DCGANInitialization.weight, biasInitializer: DCGANInitialization.bias, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = norm1(project(latent, pass), pass).relu()
        x = x.reshaped(to: [latent.shape[0], 7, 7, 2 * width])
        x = norm2(up1(x, pass), pass).relu()
        return up2(x, pass).hyperbolicTangent()
    }
}

/// 28×28×1 → 14×14×c → 7×7×2c → 1.
struct DCGAN28Discriminator: NetworkModule {
    private let down1: Convolution
    private let down2: Convolution
    private let norm: BatchNorm
    private let decide: Linear
    private let features: ImageFeatures

    init(width: Int, in layout: inout NetworkLayout) {
        features = ImageFeatures(height: 7, width: 7, channels: 2 * width)
        down1 = Convolution(
            "0", inputChannels: 1, outputChannels: width, kernel: 4, stride: 2, padding: 1,
            initializer: DCGANInitialization.weight, biasInitializer: DCGANInitialization.bias, in: &layout)
        down2 = Convolution(
            "2", inputChannels: width, outputChannels: 2 * width, kernel: 4, stride: 2, padding: 1, bias: false,
            initializer: DCGANInitialization.weight, in: &layout)
        norm = BatchNorm("3", features: 2 * width, initializer: DCGANInitialization.norm, in: &layout)
        decide = Linear(
            "6", inputSize: features.count, outputSize: 1, inputFeatures: features,
            initializer: DCGANInitialization.weight, biasInitializer: DCGANInitialization.bias, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = down1(image, pass).leakyRelu(slope: 0.2)
        x = norm(down2(x, pass), pass).leakyRelu(slope: 0.2)
        return decide(x.reshaped(to: [image.shape[0], features.count]), pass)
    }
}
