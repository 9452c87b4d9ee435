import TensorCore

/// Rows of a table by class label. Labels `[batch]`, output `[batch, size]`; as `torch.nn.Embedding`.
public struct Embedding: Sendable {
    private let table: Int

    public init(_ name: String, classes: Int, size: Int, in layout: inout NetworkLayout) {
        table = layout.add(
            name: "\(name).weight", shape: [classes, size], order: TorchOrder(shape: [classes, size]),
            initializer: .normal(mean: 0, deviation: 1))
    }

    public func callAsFunction(_ labels: Tensor, _ pass: ForwardPass) -> Tensor {
        pass.parameter(table).gatheredRows(at: labels)
    }
}
