import NeuralNetworks
import TensorCore

extension Model {
    /// Residual networks: with basic blocks as in Miyato et al., "Spectral normalization for generative adversarial networks",
    /// 2018, or with bottlenecks of grouped convolutions as in Huang et al., "The GAN is dead; long live the GAN!", 2024.
    static let resnet = Model(
        name: "resnet", summary: "residual blocks, basic (SNGAN) or bottlenecks of grouped convolutions (R3GAN)",
        norms: (.batch, .spectral),
        options: [
            ModelOption(
                "block", choices: ["basic", "bottleneck"], default: "basic",
                "Two 3x3 convolutions, or a grouped 3x3 one between two 1x1."),
            ModelOption("blocks", 1...16, default: 1, "Residual blocks at each resolution."),
            ModelOption("groupWidth", 1...1024, default: 16, "Channels of a group in a bottleneck's 3x3 convolution."),
            ModelOption(
                "upsampling", choices: ["nearest", "bilinear"], default: "nearest",
                "How the generator doubles an image."),
        ],
        hasMinibatchStdDev: true,
        generator: { settings, layout in
            if settings.option("block") == "basic" { return BasicResNetGenerator(settings, in: &layout) }
            return BottleneckGenerator(settings, in: &layout)
        },
        discriminator: { settings, layout in
            if settings.option("block") == "basic" { return BasicResNetDiscriminator(settings, in: &layout) }
            return BottleneckDiscriminator(settings, in: &layout)
        },
        problem: { settings in
            ImagePyramid.problem(settings) ?? settings.conditionalNormProblem ?? settings.groupProblem
        })
}

/// How a generator doubles the sides of an image.
enum Upsampling: String, Sendable {
    case nearest, bilinear

    init(_ settings: ModelSettings) { self = Upsampling(rawValue: settings.option("upsampling")) ?? .nearest }

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .nearest: x.upsampledNearest(scale: 2)
        case .bilinear: x.upsampledBilinear(scale: 2)
        }
    }
}

extension ModelSettings {
    /// Channels of a residual network after `halvings` halvings of the image.
    static func residualChannels(_ halvings: Int, width: Int) -> Int { width * min(1 << halvings, 8) }

    /// Groups must be whole in every bottleneck.
    fileprivate var groupProblem: ModelProblem? {
        guard option("block") == "bottleneck" else { return nil }
        let size = integerOption("groupWidth")
        for width in [generatorWidth, discriminatorWidth] where 2 * width > size && 2 * width % size != 0 {
            return ModelProblem(
                key: "resnet.groupWidth", "does not divide the channels of a bottleneck",
                expected: "a divisor of \(2 * width), twice the width", found: "\(size)",
                advice: "take another width or group width")
        }
        return nil
    }
}
