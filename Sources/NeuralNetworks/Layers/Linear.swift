import TensorCore

/// y = x Wᵀ + b. Input `[batch, inputSize]`, output `[batch, outputSize]`; as `torch.nn.Linear`.
public struct Linear: Sendable {
    private let weight: Int
    private let bias: Int?

    /// - Parameters:
    ///   - inputFeatures: the image that was flattened into the input, if one was.
    ///   - outputFeatures: the image that the output will be unflattened into, if one will be.
    public init(
        _ name: String, inputSize: Int, outputSize: Int, bias: Bool = true, inputFeatures: ImageFeatures? = nil,
        outputFeatures: ImageFeatures? = nil, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        in layout: inout NetworkLayout
    ) {
        let initial = Initializer.torchDefault(fanIn: inputSize)
        weight = layout.add(
            name: "\(name).weight", shape: [outputSize, inputSize],
            order: .linear(inputSize, outputSize, inputFeatures, outputFeatures), initializer: initializer ?? initial)
        self.bias =
            bias
            ? layout.add(
                name: "\(name).bias", shape: [outputSize], order: .features(outputSize, outputFeatures),
                initializer: biasInitializer ?? initial) : nil
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let product = x.matrixProduct(pass.parameter(weight), transposeB: true)
        return bias.map { product + pass.parameter($0) } ?? product
    }
}

extension TorchOrder {
    /// A vector over the features of an image, channels first in PyTorch.
    static func features(_ count: Int, _ image: ImageFeatures?) -> TorchOrder {
        guard let image else { return TorchOrder(shape: [count]) }
        return TorchOrder(shape: [count], view: [image.channels, image.height, image.width], axes: [1, 2, 0])
    }

    static func linear(_ inputSize: Int, _ outputSize: Int, _ input: ImageFeatures?, _ output: ImageFeatures?)
        -> TorchOrder
    {
        func axes(_ image: ImageFeatures?, _ size: Int, from first: Int) -> (view: [Int], axes: [Int]) {
            guard let image else { return ([size], [first]) }
            return ([image.channels, image.height, image.width], [first + 1, first + 2, first])
        }
        let rows = axes(output, outputSize, from: 0)
        let columns = axes(input, inputSize, from: rows.view.count)
        return TorchOrder(
            shape: [outputSize, inputSize], view: rows.view + columns.view, axes: rows.axes + columns.axes)
    }
}

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
