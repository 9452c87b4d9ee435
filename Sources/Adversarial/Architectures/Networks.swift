import NeuralNetworks
import TensorCore

/// A network: a map of tensors whose parameters a `ForwardPass` provides.
public protocol NetworkModule: Sendable {
    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor
}

/// The generator and the discriminator of an architecture, with the layouts of their parameters.
public struct Networks: Sendable {
    /// Latents `[batch, latentSize]` → samples `[batch, …sampleShape]`.
    public var generator: any NetworkModule
    /// Samples → logits (or scores) `[batch, 1]`.
    public var discriminator: any NetworkModule
    public var generatorLayout: NetworkLayout
    public var discriminatorLayout: NetworkLayout
    /// Of one sample: `[height, width, channels]`, or `[2]` for points of the plane.
    public var sampleShape: Shape

    public func layout(of network: Network) -> NetworkLayout {
        switch network {
        case .generator: generatorLayout
        case .discriminator: discriminatorLayout
        }
    }
}

extension Recipe {
    /// The networks that the recipe trains.
    public func makeNetworks() -> Networks {
        var generator = NetworkLayout()
        var discriminator = NetworkLayout()
        func networks(_ g: any NetworkModule, _ d: any NetworkModule, _ sampleShape: Shape) -> Networks {
            Networks(
                generator: g, discriminator: d, generatorLayout: generator, discriminatorLayout: discriminator,
                sampleShape: sampleShape)
        }
        switch architecture {
        case .lenet28:
            return networks(
                LeNetGenerator(latentSize: latentSize, in: &generator), LeNetDiscriminator(in: &discriminator),
                [28, 28, 1])
        case .mlp28:
            return networks(
                PerceptronGenerator(latentSize: latentSize, in: &generator),
                PerceptronDiscriminator(in: &discriminator), [28, 28, 1])
        case .dcgan28:
            return networks(
                DCGAN28Generator(latentSize: latentSize, width: generatorWidth, in: &generator),
                DCGAN28Discriminator(width: discriminatorWidth, in: &discriminator), [28, 28, 1])
        case .dcgan64:
            return networks(
                DCGAN64Generator(latentSize: latentSize, width: generatorWidth, in: &generator),
                DCGAN64Discriminator(width: discriminatorWidth, in: &discriminator), [64, 64, 3])
        case .plane2D:
            return networks(
                PlaneGenerator(latentSize: latentSize, width: generatorWidth, in: &generator),
                PlaneDiscriminator(width: discriminatorWidth, in: &discriminator), [2])
        }
    }
}
