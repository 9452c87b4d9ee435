import TensorCore

/// y = γ (x − mean)/√(variance + ε) + β over the batch (and all positions of an image), one mean and variance for each
/// feature, the last axis; as `torch.nn.BatchNorm1d` and `BatchNorm2d` (Ioffe and Szegedy, 2015).
///
/// In training the batch's own statistics are used and reported; in inference the running ones.
public struct BatchNorm: Sendable {
    private let weight: Int
    private let bias: Int
    private let statistics: BatchStatistics

    /// - Parameter image: the image that the features will be unflattened into, if they will be.
    public init(
        _ name: String, features: Int, image: ImageFeatures? = nil, epsilon: Float = 1e-5, momentum: Float = 0.1,
        initializer: Initializer = .constant(1), in layout: inout NetworkLayout
    ) {
        let order = TorchOrder.features(features, image)
        weight = layout.add(name: "\(name).weight", shape: [features], order: order, initializer: initializer)
        bias = layout.add(name: "\(name).bias", shape: [features], order: order, initializer: .constant(0))
        statistics = BatchStatistics(
            name, features: features, order: order, epsilon: epsilon, momentum: momentum, in: &layout)
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        statistics(x, pass) { $0 * pass.parameter(weight) + pass.parameter(bias) }
    }
}

/// Batch norm whose scale and shift are those of the sample's class, y = γ[c] x̂ + β[c] (de Vries et al., "Modulating early
/// visual processing by language", 2017; Dumoulin et al., 2017). The features are the last axis.
///
/// In PyTorch a `BatchNorm2d(affine=False)` with the embeddings `gain`, which begins with ones, and `shift`, with zeros.
public struct ConditionalBatchNorm: Sendable {
    private let gain: Embedding
    private let shift: Embedding
    private let statistics: BatchStatistics

    /// - Parameter image: the image that the features will be unflattened into, if they will be.
    public init(
        _ name: String, features: Int, classes: Int, image: ImageFeatures? = nil, epsilon: Float = 1e-5,
        momentum: Float = 0.1, in layout: inout NetworkLayout
    ) {
        func table(_ part: String, _ value: Float, in layout: inout NetworkLayout) -> Embedding {
            Embedding(
                "\(name).\(part)", classes: classes, size: features, features: image, initializer: .constant(value),
                in: &layout)
        }
        gain = table("gain", 1, in: &layout)
        shift = table("shift", 0, in: &layout)
        statistics = BatchStatistics(
            name, features: features, order: .features(features, image), epsilon: epsilon, momentum: momentum,
            in: &layout)
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let labels = pass.requiredLabels
        var perSample = x.shape
        for axis in 1..<perSample.rank - 1 { perSample[axis] = 1 }
        let gain = gain(labels, pass).reshaped(to: perSample)
        let shift = shift(labels, pass).reshaped(to: perSample)
        return statistics(x, pass) { $0 * gain + shift }
    }
}

/// (x − mean)/√(variance + ε) with the batch's statistics in training, which it reports, and the running ones in inference.
private struct BatchStatistics: Sendable {
    private let mean: Int
    private let variance: Int
    private let features: Int
    private let epsilon: Float

    init(
        _ name: String, features: Int, order: TorchOrder, epsilon: Float, momentum: Float,
        in layout: inout NetworkLayout
    ) {
        mean = layout.addMovingAverage(
            name: "\(name).running_mean", shape: [features], order: order, momentum: momentum)
        variance = layout.addMovingAverage(
            name: "\(name).running_var", shape: [features], order: order, initial: 1, momentum: momentum, minimum: 0)
        layout.addPassCount(name: "\(name).num_batches_tracked")
        self.features = features
        self.epsilon = epsilon
    }

    /// - Parameter affine: what follows the normalisation.
    func callAsFunction(_ x: Tensor, _ pass: ForwardPass, affine: (Tensor) -> Tensor) -> Tensor {
        switch pass.mode {
        case .training:
            let normalized = x.normalized(axes: Array(0..<x.shape.rank - 1), epsilon: epsilon)
            precondition(normalized.count > 1, "batch norm needs more than one value for each feature")
            let unbiased = Float(Double(normalized.count) / Double(normalized.count - 1))
            pass.report(normalized.mean.reshaped(to: [features]), to: mean)
            pass.report((normalized.variance * unbiased).reshaped(to: [features]), to: variance)
            return affine(normalized.values)
        case .inference:
            return affine((x - pass.buffer(mean)) * (pass.buffer(variance) + epsilon).reciprocalSquareRoot())
        }
    }
}

/// y = γ (x − mean)/√(variance + ε) + β over all axes but the batch's; as `torch.nn.LayerNorm` (Ba et al., 2016).
public struct LayerNorm: Sendable {
    private let weight: Int
    private let bias: Int
    private let epsilon: Float

    /// - Parameter shape: of one sample: `[features]` or `[height, width, channels]`.
    public init(
        _ name: String, shape: Shape, epsilon: Float = 1e-5, initializer: Initializer = .constant(1),
        in layout: inout NetworkLayout
    ) {
        let order =
            shape.rank == 3
            ? TorchOrder(shape: [shape[2], shape[0], shape[1]], axes: [1, 2, 0]) : TorchOrder(shape: shape.dimensions)
        weight = layout.add(name: "\(name).weight", shape: shape, order: order, initializer: initializer)
        bias = layout.add(name: "\(name).bias", shape: shape, order: order, initializer: .constant(0))
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let axes = Array(1..<x.shape.rank)
        return x.normalized(axes: axes, epsilon: epsilon).values * pass.parameter(weight) + pass.parameter(bias)
    }
}

/// y = γ (x − mean)/√(variance + ε) + β over the positions of each image and channel; as `torch.nn.InstanceNorm2d`
/// with `affine=True` (Ulyanov et al., 2016).
public struct InstanceNorm: Sendable {
    private let weight: Int
    private let bias: Int
    private let epsilon: Float

    public init(
        _ name: String, channels: Int, epsilon: Float = 1e-5, initializer: Initializer = .constant(1),
        in layout: inout NetworkLayout
    ) {
        let order = TorchOrder(shape: [channels])
        weight = layout.add(name: "\(name).weight", shape: [channels], order: order, initializer: initializer)
        bias = layout.add(name: "\(name).bias", shape: [channels], order: order, initializer: .constant(0))
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        x.normalized(axes: [1, 2], epsilon: epsilon).values * pass.parameter(weight) + pass.parameter(bias)
    }
}
