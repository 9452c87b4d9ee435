import NeuralNetworks
import TensorCore

extension Model {
    /// LeCun et al., "Gradient-based learning applied to document recognition", 1998, as discriminator.
    static let lenet = Model(
        name: "lenet", summary: "LeNet-like discriminator with max-pooling and dropout, 28x28 gray alone",
        generator: { LeNetGenerator(latentSize: $0.latentSize, in: &$1) },
        discriminator: { LeNetDiscriminator(channels: $0.imageChannels, in: &$1) },
        problem: { settings in
            guard settings.image == ImageFeatures(height: 28, width: 28, channels: 1) else {
                return ModelProblem(
                    key: "image.size", "lenet makes images of 28x28 with one channel alone", expected: "28, gray",
                    found: "\(settings.imageSize) with \(settings.imageChannels) channels",
                    advice: "take --size 28 --set image.channels=1, or --set architecture=dcgan")
            }
            return settings.unsupported(norms: [.none], conditions: false)
        })
}

/// 100 → 7·7·64, then transposed convolutions to 16² and 34² and a convolution to 28². Its samples are in the data's
/// own normalisation: no tanh at the end.
struct LeNetGenerator: NetworkModule {
    private let lin1: Linear
    private let ct1: TransposedConvolution
    private let ct2: TransposedConvolution
    private let conv: Convolution

    init(latentSize: Int, in layout: inout NetworkLayout) {
        let features = ImageFeatures(height: 7, width: 7, channels: 64)
        lin1 = Linear(
            "lin1", inputSize: latentSize, outputSize: features.count, outputFeatures: features, in: &layout)
        ct1 = TransposedConvolution(
            "ct1", inputChannels: 64, outputChannels: 32, kernel: 4, stride: 2, in: &layout)
        ct2 = TransposedConvolution(
            "ct2", inputChannels: 32, outputChannels: 16, kernel: 4, stride: 2, in: &layout)
        conv = Convolution("conv", inputChannels: 16, outputChannels: 1, kernel: 7, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        let x = lin1(latent, pass).relu().reshaped(to: [latent.shape[0], 7, 7, 64])
        return conv(ct2(ct1(x, pass).relu(), pass).relu(), pass)
    }
}

/// LeNet with max-pooling and dropout (LeCun et al., "Gradient-based learning applied to document recognition", 1998,
/// with the later non-linearities).
struct LeNetDiscriminator: NetworkModule {
    private let conv1: Convolution
    private let conv2: Convolution
    private let conv2Drop = ChannelDropout()
    private let fc1: Linear
    private let drop = Dropout()
    private let fc2: Linear

    init(channels: Int, in layout: inout NetworkLayout) {
        conv1 = Convolution("conv1", inputChannels: channels, outputChannels: 10, kernel: 5, in: &layout)
        conv2 = Convolution("conv2", inputChannels: 10, outputChannels: 20, kernel: 5, in: &layout)
        fc1 = Linear(
            "fc1", inputSize: 320, outputSize: 50, inputFeatures: ImageFeatures(height: 4, width: 4, channels: 20),
            in: &layout)
        fc2 = Linear("fc2", inputSize: 50, outputSize: 1, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = conv1(image, pass).maxPooled(kernel: 2).relu()
        x = conv2Drop(conv2(x, pass), pass).maxPooled(kernel: 2).relu()
        x = drop(fc1(x.reshaped(to: [image.shape[0], 320]), pass).relu(), pass)
        return fc2(x, pass)
    }
}
