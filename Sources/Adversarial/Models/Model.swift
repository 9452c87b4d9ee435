import NeuralNetworks
import TensorCore

/// A generator and a discriminator that can be trained: how both are built from settings. The families of this library are
/// registered by name in `ModelRegistry`, and a user's model is registered in the same way.
public struct Model: Sendable {
    /// What is generated.
    public enum Samples: Sendable, Hashable {
        /// `[height, width, channels]`, as the settings say.
        case images
        /// Points of the plane: `[2]`.
        case points
    }

    /// Builds a network: adds its parameters and buffers to the layout.
    public typealias Maker = @Sendable (_ settings: ModelSettings, _ layout: inout NetworkLayout) -> any NetworkModule

    /// As the key `architecture` has it.
    public var name: String
    /// What it is, in one line.
    public var summary: String
    public var samples: Samples
    /// The norms that are taken where none are asked for.
    public var norms: (generator: NormKind, discriminator: NormKind)
    /// Settings of its own: keys `NAME.OPTION` of the configuration.
    public var options: [ModelOption]
    /// Latents `[batch, latentSize]` → samples `[batch, …sampleShape]`.
    public var generator: Maker
    /// Samples → logits (or scores) `[batch, 1]`. With packing m the settings ask for images of m times as many channels.
    public var discriminator: Maker
    /// Whether the discriminator can have a layer of minibatch standard deviation.
    public var hasMinibatchStdDev: Bool
    /// Why settings cannot be built; nil if they can.
    public var problem: @Sendable (ModelSettings) -> ModelProblem?

    public init(
        name: String, summary: String, samples: Samples = .images,
        norms: (generator: NormKind, discriminator: NormKind) = (.none, .none), options: [ModelOption] = [],
        hasMinibatchStdDev: Bool = false, generator: @escaping Maker, discriminator: @escaping Maker,
        problem: @escaping @Sendable (ModelSettings) -> ModelProblem? = { _ in nil }
    ) {
        self.name = name
        self.summary = summary
        self.samples = samples
        self.norms = norms
        self.options = options
        self.hasMinibatchStdDev = hasMinibatchStdDev
        self.generator = generator
        self.discriminator = discriminator
        self.problem = problem
    }

    /// The shape of one sample: `[height, width, channels]`, or `[2]`.
    public func sampleShape(_ settings: ModelSettings) -> Shape {
        switch samples {
        case .images: [settings.imageHeight, settings.imageWidth, settings.imageChannels]
        case .points: [2]
        }
    }
}

/// A setting of one model alone.
public struct ModelOption: Sendable, Hashable {
    public enum Values: Sendable, Hashable {
        case choice([String])
        case integer(ClosedRange<Int>)
    }

    /// The last part of the configuration's key: `blocks` for `resnet.blocks`.
    public var name: String
    public var values: Values
    public var defaultValue: String
    /// What it means, in one sentence.
    public var summary: String

    public init(_ name: String, choices: [String], default defaultValue: String, _ summary: String) {
        self.name = name
        values = .choice(choices)
        self.defaultValue = defaultValue
        self.summary = summary
    }

    public init(_ name: String, _ range: ClosedRange<Int>, default defaultValue: Int, _ summary: String) {
        self.name = name
        values = .integer(range)
        self.defaultValue = "\(defaultValue)"
        self.summary = summary
    }
}

/// Why a model cannot be built from settings: a sentence's parts.
public struct ModelProblem: Sendable, Hashable {
    /// The configuration's key that is to blame: `image.size`.
    public var key: String
    public var text: String
    public var expected: String?
    public var found: String?
    public var advice: String?

    public init(key: String, _ text: String, expected: String? = nil, found: String? = nil, advice: String? = nil) {
        self.key = key
        self.text = text
        self.expected = expected
        self.found = found
        self.advice = advice
    }
}

extension ModelSettings {
    /// What a model without these norms, or without classes, cannot do; nil if nothing else is asked for.
    func unsupported(norms: Set<NormKind>, conditions: Bool) -> ModelProblem? {
        for (key, norm) in [("generator.norm", generatorNorm), ("discriminator.norm", discriminatorNorm)]
        where !norms.contains(norm) {
            let names = NormKind.allCases.filter(norms.contains).map(\.rawValue)
            return ModelProblem(
                key: key, "\(model)'s networks have no such norm", expected: names.joined(separator: ", "),
                found: norm.rawValue, advice: "take --set \(key)=none, or --set architecture=dcgan")
        }
        guard conditions || !isConditional else {
            return ModelProblem(
                key: "conditional", "\(model) takes no classes", expected: "false", found: "true",
                advice: "take --set architecture=dcgan, resnet or perceptron")
        }
        return nil
    }

    /// A class-conditional norm needs batch norms.
    var conditionalNormProblem: ModelProblem? {
        guard isConditional, conditioning.usesNorm, generatorNorm != .batch else { return nil }
        return ModelProblem(
            key: "generator.conditioning", "only batch norms can be conditioned on the class",
            expected: "embedding, or generator.norm batch",
            found: "\(conditioning.rawValue) with generator.norm \(generatorNorm.rawValue)",
            advice: "take --set generator.conditioning=embedding")
    }
}
