import NeuralNetworks
import TensorCore

/// Two convolutions 3×3, each behind a norm and ReLU, beside a skip connection.
struct BasicBlock: Sendable {
    enum Resampling: Sendable {
        case none
        case up(Upsampling)
        case down
    }

    private let norm1: ImageNorm
    private let conv1: Convolution
    private let norm2: ImageNorm
    private let conv2: Convolution
    private let skip: Convolution?
    private let resampling: Resampling
    private let activatesInput: Bool

    /// - Parameters:
    ///   - input: the image that comes in.
    ///   - activatesInput: false for a block that reads the image itself.
    init(
        _ name: String, input: ImageFeatures, outputChannels: Int, resampling: Resampling, norm: NormKind,
        classes: Int = 0, activatesInput: Bool = true, spectral: SpectralNorm?, in layout: inout NetworkLayout
    ) {
        func convolution(
            _ layer: String, _ inputs: Int, _ outputs: Int, kernel: Kernel, padding: Int, gain: Float,
            in layout: inout NetworkLayout
        ) -> Convolution {
            let taps = kernel.height * kernel.width
            return Convolution(
                "\(name).\(layer)", inputChannels: inputs, outputChannels: outputs, kernel: kernel, padding: padding,
                initializer: .xavier(fanIn: inputs * taps, fanOut: outputs * taps, gain: gain),
                biasInitializer: .constant(0), spectral: spectral, in: &layout)
        }
        var middle = input
        middle.channels = outputChannels
        if case .up = resampling { (middle.height, middle.width) = (2 * input.height, 2 * input.width) }
        let gain = Float(2).squareRoot()
        norm1 = ImageNorm(
            "\(name).norm1", activatesInput ? norm : .none, image: input, classes: classes, in: &layout)
        conv1 = convolution("conv1", input.channels, outputChannels, kernel: 3, padding: 1, gain: gain, in: &layout)
        norm2 = ImageNorm("\(name).norm2", norm, image: middle, classes: classes, in: &layout)
        conv2 = convolution("conv2", outputChannels, outputChannels, kernel: 3, padding: 1, gain: gain, in: &layout)
        skip =
            input.channels == outputChannels
            ? nil : convolution("skip", input.channels, outputChannels, kernel: 1, padding: 0, gain: 1, in: &layout)
        self.resampling = resampling
        self.activatesInput = activatesInput
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        var hidden = activatesInput ? norm1(x, pass).relu() : x
        var shortcut = x
        if case .up(let upsampling) = resampling {
            hidden = upsampling(hidden)
            // A 1×1 convolution and a repetition of pixels may change places: the smaller image is cheaper.
            shortcut = upsampling(skip.map { $0(shortcut, pass) } ?? shortcut)
        }
        hidden = conv2(norm2(conv1(hidden, pass), pass).relu(), pass)
        switch resampling {
        case .none: shortcut = skip.map { $0(shortcut, pass) } ?? shortcut
        case .up: break
        case .down:
            hidden = hidden.averagePooled(kernel: 2)
            shortcut = shortcut.averagePooled(kernel: 2)
            shortcut = skip.map { $0(shortcut, pass) } ?? shortcut
        }
        return hidden + shortcut
    }
}

/// Latent → smallest image → … → image through basic blocks, the first at each resolution doubling the sides; then a norm, ReLU, a
/// convolution and tanh.
struct BasicResNetGenerator: NetworkModule {
    private let condition: LatentCondition
    private let stem: Linear
    private let base: ImageFeatures
    private let blocks: [BasicBlock]
    private let norm: ImageNorm
    private let head: Convolution

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let spectral = settings.spectral(settings.generatorNorm)
        func channels(_ halvings: Int) -> Int {
            ModelSettings.residualChannels(halvings, width: settings.generatorWidth)
        }
        condition = LatentCondition(settings, in: &layout)
        let base = pyramid.base(channels: channels(pyramid.levels))
        self.base = base
        stem = Linear(
            "stem", inputSize: condition.size, outputSize: base.count, outputFeatures: base,
            initializer: .xavier(fanIn: condition.size, fanOut: base.count), biasInitializer: .constant(0),
            spectral: spectral, in: &layout)
        var blocks: [BasicBlock] = []
        var image = base
        for halvings in (0..<pyramid.levels).reversed() {
            for number in 0..<settings.integerOption("blocks") {
                blocks.append(
                    BasicBlock(
                        "blocks.\(blocks.count)", input: image, outputChannels: channels(halvings),
                        resampling: number == 0 ? .up(Upsampling(settings)) : .none, norm: settings.generatorNorm,
                        classes: settings.generatorNormClasses, spectral: spectral, in: &layout))
                image = pyramid.image(halvings, channels: channels(halvings))
            }
        }
        self.blocks = blocks
        norm = ImageNorm(
            "norm", settings.generatorNorm, image: image, classes: settings.generatorNormClasses, in: &layout)
        head = Convolution(
            "head", inputChannels: image.channels, outputChannels: settings.imageChannels, kernel: 3, padding: 1,
            initializer: .xavier(fanIn: 9 * image.channels, fanOut: 9 * settings.imageChannels),
            biasInitializer: .constant(0), spectral: spectral, in: &layout)
    }

    func callAsFunction(_ latent: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = stem(condition(latent, pass), pass)
            .reshaped(to: [latent.shape[0], base.height, base.width, base.channels])
        for block in blocks { x = block(x, pass) }
        return head(norm(x, pass).relu(), pass).tanh()
    }
}

/// Image → … → smallest image through basic blocks, the first at each resolution halving the sides, and one more, behind the
/// minibatch standard deviation, if asked for; then ReLU, a sum over the positions and a linear layer.
struct BasicResNetDiscriminator: NetworkModule {
    private let blocks: [BasicBlock]
    private let minibatch: MinibatchStandardDeviation?
    private let head: Linear
    private let projection: Projection

    init(_ settings: ModelSettings, in layout: inout NetworkLayout) {
        let pyramid = ImagePyramid(settings)
        let spectral = settings.spectral(settings.discriminatorNorm)
        var blocks: [BasicBlock] = []
        var image = settings.image
        func append(_ outputs: ImageFeatures, _ resampling: BasicBlock.Resampling, in layout: inout NetworkLayout) {
            blocks.append(
                BasicBlock(
                    "blocks.\(blocks.count)", input: image, outputChannels: outputs.channels, resampling: resampling,
                    norm: settings.discriminatorNorm, activatesInput: !blocks.isEmpty, spectral: spectral, in: &layout))
            image = outputs
        }
        for halvings in 1...pyramid.levels {
            let channels = ModelSettings.residualChannels(halvings, width: settings.discriminatorWidth)
            for number in 0..<settings.integerOption("blocks") {
                append(pyramid.image(halvings, channels: channels), number == 0 ? .down : .none, in: &layout)
            }
        }
        minibatch = settings.minibatchLayer
        let base = image
        if minibatch != nil { image.channels += 1 }
        append(base, .none, in: &layout)
        self.blocks = blocks
        head = Linear(
            "head", inputSize: image.channels, outputSize: 1, initializer: .xavier(fanIn: image.channels, fanOut: 1),
            biasInitializer: .constant(0), spectral: spectral, in: &layout)
        projection = Projection(settings, size: image.channels, in: &layout)
    }

    func callAsFunction(_ image: Tensor, _ pass: ForwardPass) -> Tensor {
        var x = image
        for block in blocks.dropLast() { x = block(x, pass) }
        if let minibatch { x = minibatch(x) }
        x = blocks[blocks.count - 1](x, pass)
        let features = x.relu().sum(axes: [1, 2])
        return projection(head(features, pass), features, pass)
    }
}
