import NeuralNetworks

/// How a conditional generator gets the class.
public enum Conditioning: String, Sendable, CaseIterable, Hashable {
    /// An embedding of the class beside the latent.
    case embedding
    /// Batch norms with a scale and a shift for each class.
    case norm
    case both

    public var usesEmbedding: Bool { self != .norm }
    public var usesNorm: Bool { self != .embedding }
}

/// What the networks of a model are built from.
public struct ModelSettings: Sendable, Hashable {
    /// The model's name in the registry.
    public var model: String
    public var imageHeight: Int
    public var imageWidth: Int
    public var imageChannels: Int
    /// Classes that both networks are conditioned on; 0 for none.
    public var classes: Int
    public var latentSize: Int
    /// Base widths: channels or units of the narrowest hidden layer.
    public var generatorWidth: Int
    public var discriminatorWidth: Int
    public var generatorNorm: NormKind
    public var discriminatorNorm: NormKind
    public var conditioning: Conditioning
    /// Power iterations of spectral norm on each new version of the weights.
    public var powerIterations: Int
    /// Options of models where they differ from the default, by `MODEL.OPTION`.
    public var options: [String: String]
    /// Samples of a group of the discriminator's minibatch standard deviation; 0 for none.
    public var minibatchStdDev = 0
    /// Samples on which the discriminator decides at once (PacGAN).
    public var packing = 1

    public init(
        model: String, imageHeight: Int = 28, imageWidth: Int = 28, imageChannels: Int = 1, classes: Int = 0,
        latentSize: Int = 100, generatorWidth: Int = 64, discriminatorWidth: Int = 64,
        generatorNorm: NormKind = .batch, discriminatorNorm: NormKind = .batch, conditioning: Conditioning = .embedding,
        powerIterations: Int = 1, options: [String: String] = [:]
    ) {
        self.model = model
        self.imageHeight = imageHeight
        self.imageWidth = imageWidth
        self.imageChannels = imageChannels
        self.classes = classes
        self.latentSize = latentSize
        self.generatorWidth = generatorWidth
        self.discriminatorWidth = discriminatorWidth
        self.generatorNorm = generatorNorm
        self.discriminatorNorm = discriminatorNorm
        self.conditioning = conditioning
        self.powerIterations = powerIterations
        self.options = options
    }

    public var isConditional: Bool { classes > 0 }
    public var image: ImageFeatures {
        ImageFeatures(height: imageHeight, width: imageWidth, channels: imageChannels)
    }

    /// "64x48": width by height, or "28" for a square.
    public var imageSize: String {
        imageHeight == imageWidth ? "\(imageHeight)" : "\(imageWidth)x\(imageHeight)"
    }

    /// The value of one of the model's own options.
    public func option(_ name: String) -> String {
        let key = "\(model).\(name)"
        return options[key] ?? ModelRegistry.model(named: model)?.options.first { $0.name == name }?.defaultValue ?? ""
    }

    public func integerOption(_ name: String) -> Int { Int(option(name)) ?? 0 }

    /// Spectral norm for the weights of a network with this norm.
    func spectral(_ norm: NormKind) -> SpectralNorm? {
        norm == .spectral ? SpectralNorm(iterations: powerIterations) : nil
    }

    /// The discriminator's layer of minibatch standard deviation, where it has one.
    var minibatchLayer: MinibatchStandardDeviation? {
        minibatchStdDev > 1 ? MinibatchStandardDeviation(groupSize: minibatchStdDev) : nil
    }

    /// Classes of the generator's conditional batch norms; 0 where its norms have none.
    var generatorNormClasses: Int { isConditional && conditioning.usesNorm ? classes : 0 }
}
