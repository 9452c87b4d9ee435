import TensorCore

/// Two-dimensional convolution, as `torch.nn.Conv2d`. Input `[batch, height, width, inputChannels]`, output
/// `[batch, ⌊(height + 2·padding − kernel)/stride⌋ + 1, …, outputChannels]`.
public struct Convolution: Sendable {
    private let parts: ConvolutionParts

    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        in layout: inout NetworkLayout
    ) {
        parts = ConvolutionParts(
            name, kernel: kernel, channels: inputChannels, filters: outputChannels, stride: stride, padding: padding,
            biases: bias ? outputChannels : nil, initializer: initializer, biasInitializer: biasInitializer, in: &layout
        )
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        parts.addBias(
            to: x.convolved(with: pass.parameter(parts.weight), stride: parts.stride, padding: parts.padding), pass)
    }
}

/// Transposed convolution, as `torch.nn.ConvTranspose2d`. Input `[batch, height, width, inputChannels]`, output
/// `[batch, (height − 1)·stride − 2·padding + kernel, …, outputChannels]`.
public struct TransposedConvolution: Sendable {
    private let parts: ConvolutionParts

    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        in layout: inout NetworkLayout
    ) {
        // The filter of the convolution that this is the adjoint of. PyTorch takes the second axis of its weight
        // [in, out, kernel, kernel] for the fan-in.
        parts = ConvolutionParts(
            name, kernel: kernel, channels: outputChannels, filters: inputChannels, stride: stride, padding: padding,
            biases: bias ? outputChannels : nil, initializer: initializer, biasInitializer: biasInitializer, in: &layout
        )
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        let weight = pass.parameter(parts.weight)
        return parts.addBias(
            to: x.transposedConvolved(with: weight, stride: parts.stride, padding: parts.padding), pass)
    }
}

/// What both directions share: the filter `[kernel, kernel, channels, filters]`, in PyTorch's order
/// `[filters, channels, kernel, kernel]`, and the biases of the outputs.
private struct ConvolutionParts: Sendable {
    let weight: Int
    let bias: Int?
    let stride: Int
    let padding: Int

    init(
        _ name: String, kernel: Int, channels: Int, filters: Int, stride: Int, padding: Int, biases: Int?,
        initializer: Initializer?, biasInitializer: Initializer?, in layout: inout NetworkLayout
    ) {
        let initial = Initializer.torchDefault(fanIn: channels * kernel * kernel)
        weight = layout.add(
            name: "\(name).weight", shape: [kernel, kernel, channels, filters],
            order: .filter([filters, channels, kernel, kernel]), initializer: initializer ?? initial)
        bias = biases.map { count in
            layout.add(
                name: "\(name).bias", shape: [count], order: TorchOrder(shape: [count]),
                initializer: biasInitializer ?? initial)
        }
        self.stride = stride
        self.padding = padding
    }

    func addBias(to outputs: Tensor, _ pass: ForwardPass) -> Tensor {
        bias.map { outputs + pass.parameter($0) } ?? outputs
    }
}
