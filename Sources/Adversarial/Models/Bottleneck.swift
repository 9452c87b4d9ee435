import NeuralNetworks
import TensorCore

/// x + conv3(a(conv2(a(conv1(x))))) with 1×1 convolutions to twice the channels and back, a grouped 3×3 one between, and a = leaky
/// ReLU.
struct BottleneckBlock: Sendable {
    private let conv1: Convolution
    private let norm1: ImageNorm
    private let conv2: Convolution
    private let norm2: ImageNorm
    private let conv3: Convolution

    /// - Parameter blocks: of the whole network: the more there are, the smaller each begins.
    init(
        _ name: String, image: ImageFeatures, groupWidth: Int, norm: NormKind, classes: Int = 0, blocks: Int,
        spectral: SpectralNorm?, in layout: inout NetworkLayout
    ) {
        let (channels, inner) = (image.channels, 2 * image.channels)
        let groups = max(1, inner / groupWidth)
        // Leaky ReLU's gain √(2 / (1 + 0.2²)), and B^(−1/4) for each of two layers: the variance of all branches does not grow
        // with the depth (Zhang et al., "Fixup initialization", 2019). The last layer begins at 0.
        let gain = (2 / Float(1.04)).squareRoot() / Float(blocks).squareRoot().squareRoot()
        var expanded = image
        expanded.channels = inner
        conv1 = Convolution(
            "\(name).conv1", inputChannels: channels, outputChannels: inner, kernel: 1,
            initializer: .scaledNormal(fanIn: channels, gain: gain), biasInitializer: .constant(0), spectral: spectral,
            in: &layout)
        norm1 = ImageNorm("\(name).norm1", norm, image: expanded, classes: classes, in: &layout)
        conv2 = Convolution(
            "\(name).conv2", inputChannels: inner, outputChannels: inner, kernel: 3, padding: 1, groups: groups,
            initializer: .scaledNormal(fanIn: 9 * inner / groups, gain: gain), biasInitializer: .constant(0),
            spectral: spectral, in: &layout)
        norm2 = ImageNorm("\(name).norm2", norm, image: expanded, classes: classes, in: &layout)
        conv3 = Convolution(
            "\(name).conv3", inputChannels: inner, outputChannels: channels, kernel: 1,
            // A weight of zeros has no greatest singular value.
            initializer: spectral == nil ? .constant(0) : .scaledNormal(fanIn: inner), biasInitializer: .constant(0),
            spectral: spectral, in: &layout)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        var hidden = norm1(conv1(x, pass), pass).leakyRelu(slope: 0.2)
        hidden = norm2(conv2(hidden, pass), pass).leakyRelu(slope: 0.2)
        return x + conv3(hidden, pass)
    }
}

/// A change of resolution, and of the channels where they differ: a 1×1 convolution without bias.
private struct Transition: Sendable {
    let convolution: Convolution?

    init(_ name: String, from inputs: Int, to outputs: Int, spectral: SpectralNorm?, in layout: inout NetworkLayout) {
        convolution =
            inputs == outputs
            ? nil
            : Convolution(
                name, inputChannels: inputs, outputChannels: outputs, kernel: 1, bias: false,
                initializer: .scaledNormal(fanIn: inputs), spectral: spectral, in: &layout)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor { convolution.map { $0(x, pass) } ?? x }
}

/// The bottlenecks at each resolution that a network comes through, with the transitions between.
private struct BottleneckLevels: Sendable {
    private let transitions: [Transition]
    private let blocks: [[BottleneckBlock]]

    /// - Parameters:
    ///   - images: at each resolution, in the order of the network.
    ///   - classes: of conditional batch norms; 0 for norms without.
    init(
        _ images: [ImageFeatures], _ settings: ModelSettings, norm: NormKind, classes: Int = 0,
        in layout: inout NetworkLayout
    ) {
        let spectral = settings.spectral(norm)
        let blocksPerLevel = settings.integerOption("blocks")
        var transitions: [Transition] = []
        var blocks: [[BottleneckBlock]] = []
        for (level, image) in images.enumerated() {
            if level > 0 {
                transitions.append(
                    Transition(
                        "transitions.\(level - 1)", from: images[level - 1].channels, to: image.channels,
                        spectral: spectral, in: &layout))
            }
            blocks.append(
                (0..<blocksPerLevel).map { number in
                    BottleneckBlock(
                        "blocks.\(level * blocksPerLevel + number)", image: image,
                        groupWidth: settings.integerOption("groupWidth"), norm: norm, classes: classes,
                        blocks: images.count * blocksPerLevel, spectral: spectral, in: &layout)
                })
        }
        self.transitions = transitions
        self.blocks = blocks
    }

    /// - Parameter changed: the tensor at the next resolution, by the transition that leads there.
    func callAsFunction(_ x: Tensor, _ pass: ForwardPass, changed: (Tensor, (Tensor) -> Tensor) -> Tensor) -> Tensor {
        var x = x
        for (level, blocks) in blocks.enumerated() {
            if level > 0 { x = changed(x) { transitions[level - 1]($0, pass) } }
            for block in blocks { x = block(x, pass) }
        }
        return x
    }
}

/// Latent → smallest image, bottlenecks, then doubled with bottlenecks at each resolution; a 1×1 convolution and tanh.
struct BottleneckGenerator: NetworkModule {
    private let condition: LatentCondition
    private let stem: Linear
    private let base: ImageFeatures
    private let upsampling: Upsampling
    private let levels: BottleneckLevels
    private let head: Convolution

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let spectral = settings.spectral(settings.generatorNorm)
        func image(_ halvings: Int) -> ImageFeatures {
            pyramid.image(
                halvings,
                channels: ModelSettings.residualChannels(halvings, width: settings.generatorWidth))
        }
        condition = LatentCondition(settings, in: &layout)
        base = image(pyramid.levels)
        stem = Linear(
            "stem", inputSize: condition.size, outputSize: base.count, outputFeatures: base,
            initializer: .scaledNormal(fanIn: condition.size), biasInitializer: .constant(0), spectral: spectral,
            in: &layout)
        upsampling = Upsampling(settings)
        levels = BottleneckLevels(
            (0...pyramid.levels).reversed().map(image), settings, norm: settings.generatorNorm,
            classes: settings.generatorNormClasses, in: &layout)
        head = Convolution(
            "head", inputChannels: image(0).channels, outputChannels: settings.imageChannels, kernel: 1,
            initializer: .scaledNormal(fanIn: image(0).channels), biasInitializer: .constant(0), spectral: spectral,
            in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        let base = stem(condition(latent, pass), pass)
            .reshaped(to: [latent.shape[0], base.height, base.width, base.channels])
        // Both maps are linear and do not meet: the smaller image is the cheaper to convolve.
        return head(levels(base, pass) { x, transition in upsampling(transition(x)) }, pass).tanh()
    }
}

/// Image → bottlenecks at each resolution, halved by averages between, → minibatch standard deviation, if asked for →
/// a weighted sum over each channel's positions → a linear layer.
struct BottleneckDiscriminator: NetworkModule {
    private let stem: Convolution
    private let levels: BottleneckLevels
    private let minibatch: MinibatchStandardDeviation?
    private let basis: DepthwiseSum
    private let head: Linear
    private let projection: Projection

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let spectral = settings.spectral(settings.discriminatorNorm)
        func image(_ halvings: Int) -> ImageFeatures {
            pyramid.image(
                halvings,
                channels: ModelSettings.residualChannels(halvings, width: settings.discriminatorWidth))
        }
        stem = Convolution(
            "stem", inputChannels: settings.imageChannels, outputChannels: image(0).channels, kernel: 1,
            initializer: .scaledNormal(fanIn: settings.imageChannels), biasInitializer: .constant(0),
            spectral: spectral, in: &layout)
        levels = BottleneckLevels(
            (0...pyramid.levels).map(image), settings, norm: settings.discriminatorNorm, in: &layout)
        minibatch = settings.minibatchLayer
        var base = image(pyramid.levels)
        if minibatch != nil { base.channels += 1 }
        basis = DepthwiseSum(
            "basis", image: base, initializer: .scaledNormal(fanIn: base.height * base.width), spectral: spectral,
            in: &layout)
        head = Linear(
            "head", inputSize: base.channels, outputSize: 1, initializer: .scaledNormal(fanIn: base.channels),
            biasInitializer: .constant(0), spectral: spectral, in: &layout)
        projection = Projection(settings, size: base.channels, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var last = levels(stem(image, pass), pass) { x, transition in transition(x.averagePooled(kernel: 2)) }
        if let minibatch { last = minibatch(last) }
        let features = basis(last, pass)
        return projection(head(features, pass), features, pass)
    }
}
