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

/// Latent → smallest image, bottlenecks, then doubled with bottlenecks at each resolution; a 1×1 convolution and tanh.
struct BottleneckGenerator: NetworkModule {
    private let condition: LatentCondition
    private let stem: Linear
    private let base: ImageFeatures
    private let upsampling: Upsampling
    private let transitions: [Transition]
    private let blocks: [[BottleneckBlock]]
    private let head: Convolution

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let spectral = settings.spectral(settings.generatorNorm)
        let blocksPerLevel = settings.integerOption("blocks")
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
        var transitions: [Transition] = []
        var blocks: [[BottleneckBlock]] = []
        for halvings in (0...pyramid.levels).reversed() {
            if halvings < pyramid.levels {
                transitions.append(
                    Transition(
                        "transitions.\(transitions.count)", from: image(halvings + 1).channels,
                        to: image(halvings).channels, spectral: spectral, in: &layout))
            }
            let first = blocks.count * blocksPerLevel
            blocks.append(
                (0..<blocksPerLevel).map { number in
                    BottleneckBlock(
                        "blocks.\(first + number)", image: image(halvings),
                        groupWidth: settings.integerOption("groupWidth"), norm: settings.generatorNorm,
                        classes: settings.generatorNormClasses, blocks: (pyramid.levels + 1) * blocksPerLevel,
                        spectral: spectral, in: &layout)
                })
        }
        self.transitions = transitions
        self.blocks = blocks
        head = Convolution(
            "head", inputChannels: image(0).channels, outputChannels: settings.imageChannels, kernel: 1,
            initializer: .scaledNormal(fanIn: image(0).channels), biasInitializer: .constant(0), spectral: spectral,
            in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = stem(condition(latent, pass), pass)
            .reshaped(to: [latent.shape[0], base.height, base.width, base.channels])
        for (level, blocks) in blocks.enumerated() {
            // Both maps are linear and do not meet: the smaller image is the cheaper to convolve.
            if level > 0 { x = upsampling(transitions[level - 1](x, pass)) }
            for block in blocks { x = block(x, pass) }
        }
        return head(x, pass).tanh()
    }
}

/// Image → bottlenecks at each resolution, halved by averages between, → a weighted sum over each channel's positions → a linear
/// layer.
struct BottleneckDiscriminator: NetworkModule {
    private let stem: Convolution
    private let transitions: [Transition]
    private let blocks: [[BottleneckBlock]]
    private let basis: DepthwiseSum
    private let head: Linear
    private let projection: Projection

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let spectral = settings.spectral(settings.discriminatorNorm)
        let blocksPerLevel = settings.integerOption("blocks")
        func image(_ halvings: Int) -> ImageFeatures {
            pyramid.image(
                halvings,
                channels: ModelSettings.residualChannels(halvings, width: settings.discriminatorWidth))
        }
        stem = Convolution(
            "stem", inputChannels: settings.imageChannels, outputChannels: image(0).channels, kernel: 1,
            initializer: .scaledNormal(fanIn: settings.imageChannels), biasInitializer: .constant(0),
            spectral: spectral, in: &layout)
        var transitions: [Transition] = []
        var blocks: [[BottleneckBlock]] = []
        for halvings in 0...pyramid.levels {
            if halvings > 0 {
                transitions.append(
                    Transition(
                        "transitions.\(transitions.count)", from: image(halvings - 1).channels,
                        to: image(halvings).channels, spectral: spectral, in: &layout))
            }
            let first = blocks.count * blocksPerLevel
            blocks.append(
                (0..<blocksPerLevel).map { number in
                    BottleneckBlock(
                        "blocks.\(first + number)", image: image(halvings),
                        groupWidth: settings.integerOption("groupWidth"), norm: settings.discriminatorNorm,
                        blocks: (pyramid.levels + 1) * blocksPerLevel, spectral: spectral, in: &layout)
                })
        }
        self.transitions = transitions
        self.blocks = blocks
        let base = image(pyramid.levels)
        basis = DepthwiseSum(
            "basis", image: base, initializer: .scaledNormal(fanIn: base.height * base.width), spectral: spectral,
            in: &layout)
        head = Linear(
            "head", inputSize: base.channels, outputSize: 1, initializer: .scaledNormal(fanIn: base.channels),
            biasInitializer: .constant(0), spectral: spectral, in: &layout)
        projection = Projection(settings, size: base.channels, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = stem(image, pass)
        for (level, blocks) in blocks.enumerated() {
            if level > 0 { x = transitions[level - 1](x.averagePooled(kernel: 2), pass) }
            for block in blocks { x = block(x, pass) }
        }
        let features = basis(x, pass)
        return projection(head(features, pass), features, pass)
    }
}
