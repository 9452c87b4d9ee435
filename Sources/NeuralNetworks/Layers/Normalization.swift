import TensorCore

/// y = γ (x − mean)/√(variance + ε) + β over the batch (and all positions of an image), one mean and variance for each
/// feature, the last axis; as `torch.nn.BatchNorm1d` and `BatchNorm2d` (Ioffe and Szegedy, 2015).
///
/// In training the batch's own statistics are used and reported; in inference the running ones.
public struct BatchNorm: Sendable {
    private let weight: Int
    private let bias: Int
    private let statistics: Int
    private let epsilon: Float

    /// - Parameter image: the image that the features will be unflattened into, if they will be.
    public init(
        _ name: String, features: Int, image: ImageFeatures? = nil, epsilon: Float = 1e-5,
        initializer: Initializer = .constant(1), in layout: inout NetworkLayout
    ) {
        let order = TorchOrder.features(features, image)
        weight = layout.add(name: "\(name).weight", shape: [features], order: order, initializer: initializer)
        bias = layout.add(name: "\(name).bias", shape: [features], order: order, initializer: .constant(0))
        statistics = layout.addStatistics(name: name, features: features, order: order)
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let (weight, bias) = (pass.parameter(weight), pass.parameter(bias))
        switch pass.mode {
        case .training:
            let normalized = x.normalized(axes: Array(0..<x.shape.rank - 1), epsilon: epsilon)
            precondition(normalized.count > 1, "batch norm needs more than one value for each feature")
            let unbiased = Float(Double(normalized.count) / Double(normalized.count - 1))
            pass.report(
                mean: normalized.mean.reshaped(to: weight.shape),
                variance: (normalized.variance * unbiased).reshaped(to: weight.shape))
            return normalized.values * weight + bias
        case .inference:
            let running = pass.runningStatistics(statistics)
            return (x - running.mean) * (running.variance + epsilon).reciprocalSquareRoot() * weight + bias
        }
    }
}

/// y = γ (x − mean)/√(variance + ε) + β over all axes but the batch's; as `torch.nn.LayerNorm` (Ba et al., 2016).
public struct LayerNorm: Sendable {
    private let weight: Int
    private let bias: Int
    private let epsilon: Float

    /// - Parameters:
    ///   - shape: of one sample: `[features]` or `[height, width, channels]`.
    public init(_ name: String, shape: Shape, epsilon: Float = 1e-5, in layout: inout NetworkLayout) {
        let order =
            shape.rank == 3
            ? TorchOrder(shape: [shape[2], shape[0], shape[1]], axes: [1, 2, 0]) : TorchOrder(shape: shape.dimensions)
        weight = layout.add(name: "\(name).weight", shape: shape, order: order, initializer: .constant(1))
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

    public init(_ name: String, channels: Int, epsilon: Float = 1e-5, in layout: inout NetworkLayout) {
        let order = TorchOrder(shape: [channels])
        weight = layout.add(name: "\(name).weight", shape: [channels], order: order, initializer: .constant(1))
        bias = layout.add(name: "\(name).bias", shape: [channels], order: order, initializer: .constant(0))
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        x.normalized(axes: [1, 2], epsilon: epsilon).values * pass.parameter(weight) + pass.parameter(bias)
    }
}
