import TensorCore

/// y = x Wᵀ + b. Input `[batch, inputSize]`, output `[batch, outputSize]`; as `torch.nn.Linear`.
public struct Linear: Sendable {
    private let weight: Weight
    private let bias: Int?

    /// - Parameters:
    ///   - inputFeatures: the image that was flattened into the input, if one was.
    ///   - outputFeatures: the image that the output will be unflattened into, if one will be.
    public init(
        _ name: String, inputSize: Int, outputSize: Int, bias: Bool = true, inputFeatures: ImageFeatures? = nil,
        outputFeatures: ImageFeatures? = nil, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        spectral: SpectralNorm? = nil, in layout: inout NetworkLayout
    ) {
        let initial = Initializer.torchDefault(fanIn: inputSize)
        weight = Weight(
            name, shape: [outputSize, inputSize],
            order: .linear(inputSize, outputSize, inputFeatures, outputFeatures), initializer: initializer ?? initial,
            matrix: WeightMatrix(
                rows: outputSize, columns: inputSize, rowsAreOutputs: true,
                outputOrder: .features(outputSize, outputFeatures), restOrder: .features(inputSize, inputFeatures)),
            spectral: spectral, in: &layout)
        self.bias =
            bias
            ? layout.add(
                name: "\(name).bias", shape: [outputSize], order: .features(outputSize, outputFeatures),
                initializer: biasInitializer ?? initial) : nil
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let product = x.matmul(weight(pass), transposeB: true)
        return bias.map { product + pass.parameter($0) } ?? product
    }
}
