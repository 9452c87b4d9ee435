import Adversarial
import NeuralNetworks
import TensorCore

extension Model {
    /// A model of one's own, for images whose sides are multiples of 4: two convolutions in each network.
    static let mini = Model(
        name: "mini", summary: "an example: two convolutions in each network", norms: (.batch, .spectral),
        generator: { MiniGenerator($0, in: &$1) }, discriminator: { MiniDiscriminator($0, in: &$1) },
        problem: { settings in
            let (width, height) = (settings.imageWidth / 4 * 4, settings.imageHeight / 4 * 4)
            if (width, height) == (settings.imageWidth, settings.imageHeight) { return nil }
            return ModelProblem(
                key: "image.size", "mini takes multiples of 4", advice: "take --size \(width)x\(height)")
        })
}

/// Latent → a quarter of the sides with 2c channels → half with c → image.
struct MiniGenerator: NetworkModule {
    let (base, project, norm): (ImageFeatures, Linear, ImageNorm)
    let (up1, up2): (TransposedConvolution, TransposedConvolution)

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let (c, image) = (settings.generatorWidth, settings.image)
        let base = ImageFeatures(height: image.height / 4, width: image.width / 4, channels: 2 * c)
        self.base = base
        project = Linear("project", inputSize: settings.latentSize, outputSize: base.count, in: &layout)
        norm = ImageNorm("norm", settings.generatorNorm, image: base, in: &layout)
        up1 = TransposedConvolution(
            "up1", inputChannels: 2 * c, outputChannels: c, kernel: 4, stride: 2, padding: 1, in: &layout)
        up2 = TransposedConvolution(
            "up2", inputChannels: c, outputChannels: image.channels, kernel: 4, stride: 2, padding: 1, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        let x = project(latent, pass).reshaped(to: [latent.shape[0], base.height, base.width, base.channels])
        return up2(up1(norm(x, pass).relu(), pass).relu(), pass).tanh()
    }
}

/// Image → half of the sides with c channels → a quarter with 2c → score.
struct MiniDiscriminator: NetworkModule {
    let (down1, down2, decide): (Convolution, Convolution, Linear)

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let (c, image) = (settings.discriminatorWidth, settings.image)
        let norm = settings.discriminatorNorm == .spectral ? SpectralNorm() : nil
        down1 = Convolution(
            "down1", inputChannels: image.channels, outputChannels: c, kernel: 4, stride: 2, padding: 1, spectral: norm,
            in: &layout)
        down2 = Convolution(
            "down2", inputChannels: c, outputChannels: 2 * c, kernel: 4, stride: 2, padding: 1, spectral: norm,
            in: &layout)
        decide = Linear(
            "decide", inputSize: image.height * image.width / 8 * c, outputSize: 1, spectral: norm, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        let x = down2(down1(image, pass).leakyRelu(slope: 0.2), pass).leakyRelu(slope: 0.2)
        return decide(x.reshaped(to: [x.shape[0], x.shape.count / x.shape[0]]), pass)
    }
}
