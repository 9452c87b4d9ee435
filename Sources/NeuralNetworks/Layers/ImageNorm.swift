import TensorCore

/// How a network normalises.
public enum NormKind: String, Sendable, CaseIterable, Hashable {
    case batch, layer, instance
    /// Of the weights, in place of the activations: `SpectralNorm`.
    case spectral
    case none

    /// Whether activations are normalised, so that a layer in front needs no bias.
    public var normalizesActivations: Bool {
        switch self {
        case .batch, .layer, .instance: true
        case .spectral, .none: false
        }
    }
}

/// The norm that a network's settings ask for, on images `[batch, height, width, channels]`, or on flat ones; the identity for norms
/// that do not normalise activations.
public struct ImageNorm: Sendable {
    private enum Norm: Sendable {
        case batch(BatchNorm)
        case conditional(ConditionalBatchNorm)
        case layer(LayerNorm)
        case instance(InstanceNorm)
        case identity
    }

    private let norm: Norm

    /// - Parameters:
    ///   - image: of the activations.
    ///   - isFlat: for `[batch, height · width · channels]`: batch norm then takes each element for a feature of its own.
    ///   - classes: for a batch norm with a scale and a shift for each class; 0 for one without.
    public init(
        _ name: String, _ kind: NormKind, image: ImageFeatures, isFlat: Bool = false, classes: Int = 0,
        initializer: Initializer = .constant(1), in layout: inout NetworkLayout
    ) {
        precondition(!isFlat || kind == .batch, "\(name): only batch norm takes flat images")
        let (features, order) = isFlat ? (image.count, image) : (image.channels, nil)
        switch kind {
        case .batch where classes > 0:
            norm = .conditional(
                ConditionalBatchNorm(name, features: features, classes: classes, image: order, in: &layout))
        case .batch:
            norm = .batch(
                BatchNorm(name, features: features, image: order, initializer: initializer, in: &layout))
        case .layer:
            norm = .layer(
                LayerNorm(
                    name, shape: [image.height, image.width, image.channels], initializer: initializer, in: &layout))
        case .instance:
            norm = .instance(InstanceNorm(name, channels: image.channels, initializer: initializer, in: &layout))
        case .spectral, .none: norm = .identity
        }
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        switch norm {
        case .batch(let norm): norm(x, pass)
        case .conditional(let norm): norm(x, pass)
        case .layer(let norm): norm(x, pass)
        case .instance(let norm): norm(x, pass)
        case .identity: x
        }
    }
}
