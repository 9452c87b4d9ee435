import TensorCore

/// Two-dimensional convolution, as `torch.nn.Conv2d`. Input `[batch, height, width, inputChannels]`, output
/// `[batch, ⌊(height + 2·padding − kernel)/stride⌋ + 1, …, outputChannels]`.
public struct Convolution: Sendable {
    private let weight: Int
    private let bias: Int?
    private let stride: Int
    private let padding: Int

    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        in layout: inout NetworkLayout
    ) {
        let initial = Initializer.torchDefault(fanIn: inputChannels * kernel * kernel)
        weight = layout.add(
            name: "\(name).weight", shape: [kernel, kernel, inputChannels, outputChannels],
            order: .filter([outputChannels, inputChannels, kernel, kernel]), initializer: initializer ?? initial)
        self.bias =
            bias
            ? layout.add(
                name: "\(name).bias", shape: [outputChannels], order: TorchOrder(shape: [outputChannels]),
                initializer: biasInitializer ?? initial) : nil
        self.stride = stride
        self.padding = padding
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let outputs = x.convolved(with: pass.parameter(weight), stride: stride, padding: padding)
        return bias.map { outputs + pass.parameter($0) } ?? outputs
    }
}

/// Transposed convolution, as `torch.nn.ConvTranspose2d`. Input `[batch, height, width, inputChannels]`, output
/// `[batch, (height − 1)·stride − 2·padding + kernel, …, outputChannels]`.
public struct TransposedConvolution: Sendable {
    private let weight: Int
    private let bias: Int?
    private let stride: Int
    private let padding: Int

    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        in layout: inout NetworkLayout
    ) {
        // PyTorch takes the second axis of its weight [in, out, kernel, kernel] for the fan-in.
        let initial = Initializer.torchDefault(fanIn: outputChannels * kernel * kernel)
        weight = layout.add(
            name: "\(name).weight", shape: [kernel, kernel, outputChannels, inputChannels],
            order: .filter([inputChannels, outputChannels, kernel, kernel]), initializer: initializer ?? initial)
        self.bias =
            bias
            ? layout.add(
                name: "\(name).bias", shape: [outputChannels], order: TorchOrder(shape: [outputChannels]),
                initializer: biasInitializer ?? initial) : nil
        self.stride = stride
        self.padding = padding
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let outputs = x.transposedConvolved(with: pass.parameter(weight), stride: stride, padding: padding)
        return bias.map { outputs + pass.parameter($0) } ?? outputs
    }
}
