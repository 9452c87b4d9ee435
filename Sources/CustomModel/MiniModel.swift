import Adversarial
import NeuralNetworks
import TensorCore

extension Model {
    /// A model of one's own: two convolutions in each direction, for images whose sides are multiples of 4.
    static let mini = Model(
        name: "mini", summary: "an example: two convolutions in each network, the discriminator's spectrally normalised",
        norms: (generator: .batch, discriminator: .spectral),
        generator: { MiniGenerator($0, in: &$1) },
        discriminator: { MiniDiscriminator($0, in: &$1) },
        problem: { settings in
            let (height, width) = (settings.imageHeight / 4 * 4, settings.imageWidth / 4 * 4)
            guard (height, width) != (settings.imageHeight, settings.imageWidth) || min(height, width) < 8 else { return nil }
            return ModelProblem(
                key: "image.size", "mini halves its images twice", expected: "sides that are multiples of 4",
                found: settings.imageSize, advice: "take --size \(max(8, width))x\(max(8, height))")
        })
}

/// Latent → a quarter of the sides with 2c channels → half with c → image.
struct MiniGenerator: NetworkModule {
    let base: ImageFeatures
    let project: Linear
    let (norm1, norm2): (ImageNorm, ImageNorm)
    let (up1, up2): (TransposedConvolution, TransposedConvolution)

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let c = settings.generatorWidth
        let half = ImageFeatures(height: settings.imageHeight / 2, width: settings.imageWidth / 2, channels: c)
        base = ImageFeatures(height: half.height / 2, width: half.width / 2, channels: 2 * c)
        project = Linear("project", inputSize: settings.latentSize, outputSize: base.count, outputFeatures: base, in: &layout)
        norm1 = ImageNorm("norm1", settings.generatorNorm, image: base, in: &layout)
        up1 = TransposedConvolution("up1", inputChannels: 2 * c, outputChannels: c, kernel: 4, stride: 2, padding: 1, in: &layout)
        norm2 = ImageNorm("norm2", settings.generatorNorm, image: half, in: &layout)
        up2 = TransposedConvolution(
            "up2", inputChannels: c, outputChannels: settings.imageChannels, kernel: 4, stride: 2, padding: 1, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        let image = project(latent, pass).reshaped(to: [latent.shape[0], base.height, base.width, base.channels])
        return up2(norm2(up1(norm1(image, pass).relu(), pass), pass).relu(), pass).tanh()
    }
}

/// Image → half of the sides with c channels → a quarter with 2c → score.
struct MiniDiscriminator: NetworkModule {
    let (down1, down2): (Convolution, Convolution)
    let decide: Linear

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let c = settings.discriminatorWidth
        let spectral = settings.discriminatorNorm == .spectral ? SpectralNorm() : nil
        down1 = Convolution(
            "down1", inputChannels: settings.imageChannels, outputChannels: c, kernel: 4, stride: 2, padding: 1,
            spectral: spectral, in: &layout)
        down2 = Convolution(
            "down2", inputChannels: c, outputChannels: 2 * c, kernel: 4, stride: 2, padding: 1, spectral: spectral, in: &layout)
        let base = ImageFeatures(height: settings.imageHeight / 4, width: settings.imageWidth / 4, channels: 2 * c)
        decide = Linear("decide", inputSize: base.count, outputSize: 1, inputFeatures: base, spectral: spectral, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        let x = down2(down1(image, pass).leakyRelu(slope: 0.2), pass).leakyRelu(slope: 0.2)
        return decide(x.reshaped(to: [image.shape[0], x.shape.count / image.shape[0]]), pass)
    }
}
