import NeuralNetworks
import TensorCore

extension Model {
    /// Radford et al., "Unsupervised representation learning with deep convolutional generative adversarial networks", 2016,
    /// for images of any size that can be halved to sides of 3 to 8.
    static let dcgan = Model(
        name: "dcgan", summary: "strided convolutions 4x4, twice as many channels at half the resolution (DCGAN)",
        norms: (.batch, .batch),
        options: [
            ModelOption(
                "ends", choices: ["linear", "convolutional"], default: "convolutional",
                "The layers between latent and smallest image, and between smallest image and logit: linear with biases, or convolutions without."
            )
        ],
        hasMinibatchStdDev: true, generator: { DCGANGenerator($0, in: &$1) },
        discriminator: { DCGANDiscriminator($0, in: &$1) },
        problem: { ImagePyramid.problem($0) ?? $0.conditionalNormProblem })
}

/// How the DCGAN paper begins: weights N(0, 0.02), norms N(1, 0.02), biases 0.
private enum Initialization {
    static let weight = Initializer.normal(mean: 0, standardDeviation: 0.02)
    static let norm = Initializer.normal(mean: 1, standardDeviation: 0.02)
    static let bias = Initializer.constant(0)
}

extension ImagePyramid {
    /// Channels after `halvings` halvings, from 1 on: the width, doubled at each, at most eight times the width.
    fileprivate func channels(_ halvings: Int, width: Int) -> Int { width * min(1 << (halvings - 1), 8) }
}

/// Latent → smallest image → … → image, each step a transposed convolution 4×4 with stride 2, a norm and ReLU; tanh at the end.
///
/// Layers are numbered as in PyTorch's `Sequential`.
struct DCGANGenerator: NetworkModule {
    private enum Stem: Sendable {
        case linear(Linear)
        case convolutional(TransposedConvolution)
    }

    private let condition: LatentCondition
    private let stem: Stem
    private let stemNorm: ImageNorm
    /// Whether it takes the flat image.
    private let stemNormIsFlat: Bool
    private let base: ImageFeatures
    private let ups: [TransposedConvolution]
    private let norms: [ImageNorm]
    private let last: TransposedConvolution

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let kind = settings.generatorNorm
        let spectral = settings.spectral(kind)
        let classes = settings.generatorNormClasses
        let isLinear = settings.option("ends") == "linear"
        let hasBias = !kind.normalizesActivations
        func channels(_ halvings: Int) -> Int { pyramid.channels(halvings, width: settings.generatorWidth) }
        func norm(
            _ name: String, _ image: ImageFeatures, isFlat: Bool = false, in layout: inout NetworkLayout
        ) -> ImageNorm {
            ImageNorm(
                name, kind, image: image, isFlat: isFlat, classes: classes, initializer: Initialization.norm,
                in: &layout)
        }
        condition = LatentCondition(settings, in: &layout)
        let base = pyramid.base(channels: channels(pyramid.levels))
        self.base = base
        if isLinear {
            stem = .linear(
                Linear(
                    "0", inputSize: condition.size, outputSize: base.count, bias: hasBias, outputFeatures: base,
                    initializer: Initialization.weight, biasInitializer: Initialization.bias, spectral: spectral,
                    in: &layout))
            stemNormIsFlat = kind == .batch
            stemNorm = norm("1", base, isFlat: stemNormIsFlat, in: &layout)
        } else {
            stemNormIsFlat = false
            stem = .convolutional(
                TransposedConvolution(
                    "1", inputChannels: condition.size, outputChannels: base.channels,
                    kernel: Kernel(height: base.height, width: base.width), bias: hasBias,
                    initializer: Initialization.weight, biasInitializer: Initialization.bias, spectral: spectral,
                    in: &layout))
            stemNorm = norm("2", base, in: &layout)
        }
        var ups: [TransposedConvolution] = []
        var norms: [ImageNorm] = []
        for (index, halvings) in (1..<pyramid.levels).reversed().enumerated() {
            let number = 4 + 3 * index
            ups.append(
                TransposedConvolution(
                    "\(number)", inputChannels: channels(halvings + 1), outputChannels: channels(halvings), kernel: 4,
                    stride: 2, padding: 1, bias: hasBias, initializer: Initialization.weight,
                    biasInitializer: Initialization.bias, spectral: spectral, in: &layout))
            norms.append(norm("\(number + 1)", pyramid.image(halvings, channels: channels(halvings)), in: &layout))
        }
        self.ups = ups
        self.norms = norms
        last = TransposedConvolution(
            "\(3 * pyramid.levels + 1)", inputChannels: channels(1), outputChannels: settings.imageChannels,
            kernel: 4, stride: 2, padding: 1, bias: isLinear, initializer: Initialization.weight,
            biasInitializer: Initialization.bias, spectral: spectral, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        let latent = condition(latent, pass)
        let batch = latent.shape[0]
        let image: Shape = [batch, base.height, base.width, base.channels]
        var x: Tensor
        switch stem {
        case .linear(let project) where stemNormIsFlat:
            x = stemNorm(project(latent, pass), pass).relu().reshaped(to: image)
        case .linear(let project):
            x = stemNorm(project(latent, pass).reshaped(to: image), pass).relu()
        case .convolutional(let up):
            x = stemNorm(up(latent.reshaped(to: [batch, 1, 1, latent.shape[1]]), pass), pass).relu()
        }
        for (up, norm) in zip(ups, norms) { x = norm(up(x, pass), pass).relu() }
        return last(x, pass).tanh()
    }
}

/// Image → … → smallest image, each step a convolution 4×4 with stride 2, a norm (but for the first) and leaky ReLU → minibatch
/// standard deviation, if asked for → logit.
struct DCGANDiscriminator: NetworkModule {
    private enum Head: Sendable {
        case linear(Linear)
        case convolutional(Convolution)
    }

    private let first: Convolution
    private let downs: [Convolution]
    private let norms: [ImageNorm]
    private let head: Head
    private let projection: Projection
    private let minibatch: MinibatchStandardDeviation?
    /// Of what the head reads.
    private let base: ImageFeatures

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let kind = settings.discriminatorNorm
        let spectral = settings.spectral(kind)
        let isLinear = settings.option("ends") == "linear"
        let hasBias = !kind.normalizesActivations
        func channels(_ halvings: Int) -> Int { pyramid.channels(halvings, width: settings.discriminatorWidth) }
        first = Convolution(
            "0", inputChannels: settings.imageChannels, outputChannels: channels(1), kernel: 4, stride: 2, padding: 1,
            bias: isLinear, initializer: Initialization.weight, biasInitializer: Initialization.bias,
            spectral: spectral, in: &layout)
        var downs: [Convolution] = []
        var norms: [ImageNorm] = []
        for halvings in 1..<pyramid.levels {
            let number = 3 * halvings - 1
            downs.append(
                Convolution(
                    "\(number)", inputChannels: channels(halvings), outputChannels: channels(halvings + 1), kernel: 4,
                    stride: 2, padding: 1, bias: hasBias, initializer: Initialization.weight,
                    biasInitializer: Initialization.bias, spectral: spectral, in: &layout))
            norms.append(
                ImageNorm(
                    "\(number + 1)", kind, image: pyramid.image(halvings + 1, channels: channels(halvings + 1)),
                    initializer: Initialization.norm, in: &layout))
        }
        self.downs = downs
        self.norms = norms
        minibatch = settings.minibatchLayer
        let base = pyramid.base(channels: channels(pyramid.levels) + (minibatch == nil ? 0 : 1))
        self.base = base
        let number = 3 * pyramid.levels - 1
        if isLinear {
            head = .linear(
                Linear(
                    "\(number + 1)", inputSize: base.count, outputSize: 1, inputFeatures: base,
                    initializer: Initialization.weight, biasInitializer: Initialization.bias, spectral: spectral,
                    in: &layout))
        } else {
            head = .convolutional(
                Convolution(
                    "\(number)", inputChannels: base.channels, outputChannels: 1,
                    kernel: Kernel(height: base.height, width: base.width), bias: false,
                    initializer: Initialization.weight, spectral: spectral, in: &layout))
        }
        projection = Projection(settings, size: base.count, features: base, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = first(image, pass).leakyRelu(slope: 0.2)
        for (down, norm) in zip(downs, norms) { x = norm(down(x, pass), pass).leakyRelu(slope: 0.2) }
        if let minibatch { x = minibatch(x) }
        let features = x.reshaped(to: [image.shape[0], base.count])
        let logits =
            switch head {
            case .linear(let linear): linear(features, pass)
            case .convolutional(let last): last(x, pass).reshaped(to: [image.shape[0], 1])
            }
        return projection(logits, features, pass)
    }
}
