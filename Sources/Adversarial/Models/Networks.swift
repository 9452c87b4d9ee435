import NeuralNetworks
import TensorCore

/// A network: a map of tensors whose parameters a `ForwardPass` provides.
public protocol NetworkModule: Sendable {
    /// - Parameter x: latents `[batch, latentSize]` of a generator, samples `[batch, …sampleShape]` of a discriminator; the
    ///   classes are in `pass.labels`.
    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor
}

/// The generator and the discriminator of a model, with the layouts of their parameters.
public struct Networks: Sendable {
    public var generator: any NetworkModule
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

    /// The output of one of the networks.
    func apply(_ network: Network, to x: Tensor, _ pass: ForwardPass) -> Tensor {
        switch network {
        case .generator: generator(x, pass)
        case .discriminator: discriminator(x, pass)
        }
    }
}

extension ModelSettings {
    /// The networks that the settings describe.
    ///
    /// - Precondition: the model is registered, and has no problem with the settings.
    public func makeNetworks() -> Networks {
        guard let model = ModelRegistry.model(named: model) else {
            preconditionFailure("no model '\(self.model)' is registered")
        }
        var (generator, discriminator) = (NetworkLayout(), NetworkLayout())
        let networks = (model.generator(self, &generator), model.discriminator(ofDiscriminator, &discriminator))
        return Networks(
            generator: networks.0, discriminator: networks.1, generatorLayout: generator,
            discriminatorLayout: discriminator, sampleShape: model.sampleShape(self))
    }
}

extension Recipe {
    /// The networks that the recipe trains.
    public func makeNetworks() -> Networks { model.makeNetworks() }
}
