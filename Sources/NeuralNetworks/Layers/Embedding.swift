import TensorCore

/// Rows of a table by class. Labels `[batch]`, output `[batch, size]`; as `torch.nn.Embedding`.
public struct Embedding: Sendable {
    private let table: Weight

    /// - Parameter features: the image that the rows will be multiplied with after it was flattened, if they will be.
    public init(
        _ name: String, classes: Int, size: Int, features: ImageFeatures? = nil,
        initializer: Initializer = .normal(mean: 0, standardDeviation: 1), spectral: SpectralNorm? = nil,
        in layout: inout NetworkLayout
    ) {
        table = Weight(
            name, shape: [classes, size], order: .linear(size, classes, features, nil), initializer: initializer,
            matrix: WeightMatrix(
                rows: classes, columns: size, rowsAreOutputs: true, outputOrder: TorchOrder(shape: [classes]),
                restOrder: .features(size, features)),
            spectral: spectral, in: &layout)
    }

    public func callAsFunction(_ labels: Tensor, _ pass: ForwardPass) -> Tensor {
        table(pass).gatheredRows(at: labels)
    }
}

extension ForwardPass {
    /// The classes of the inputs, for a layer that cannot do without.
    public var requiredLabels: Tensor {
        guard let labels else { preconditionFailure("a network with classes was applied without labels") }
        return labels
    }
}
