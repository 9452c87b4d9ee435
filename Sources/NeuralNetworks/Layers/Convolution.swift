import TensorCore

/// The extents of a convolution's kernel.
public struct Kernel: Sendable, Hashable, ExpressibleByIntegerLiteral {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// A square one.
    public init(integerLiteral side: Int) {
        self.init(height: side, width: side)
    }

    var taps: Int { height * width }
}

/// Two-dimensional convolution, as `torch.nn.Conv2d`. Input `[batch, height, width, inputChannels]`, output
/// `[batch, ⌊(height + 2·padding − kernel)/stride⌋ + 1, …, outputChannels]`.
///
/// With several groups, group g of the outputs reads group g of the inputs alone (Xie et al., "Aggregated residual
/// transformations for deep neural networks", 2017).
public struct Convolution: Sendable {
    private let parts: ConvolutionParts
    private let groups: Int

    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernel: Kernel, stride: Int = 1, padding: Int = 0,
        groups: Int = 1, bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        spectral: SpectralNorm? = nil, in layout: inout NetworkLayout
    ) {
        precondition(
            inputChannels % groups == 0 && outputChannels % groups == 0,
            "\(name): \(groups) groups of \(inputChannels) and \(outputChannels) channels")
        let channels = inputChannels / groups
        parts = ConvolutionParts(
            name, kernel: kernel, channels: channels, filters: outputChannels, stride: stride, padding: padding,
            biases: bias ? outputChannels : nil, initializer: initializer, biasInitializer: biasInitializer,
            matrix: WeightMatrix(
                rows: kernel.taps * channels, columns: outputChannels, rowsAreOutputs: false,
                outputOrder: TorchOrder(shape: [outputChannels]), restOrder: .kernelRest(channels, kernel)),
            spectral: spectral, in: &layout)
        self.groups = groups
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        parts.addBias(
            to: x.convolved(with: parts.weight(pass), stride: parts.stride, padding: parts.padding, groups: groups),
            pass)
    }
}

/// Transposed convolution, as `torch.nn.ConvTranspose2d`. Input `[batch, height, width, inputChannels]`, output
/// `[batch, (height − 1)·stride − 2·padding + kernel, …, outputChannels]`.
public struct TransposedConvolution: Sendable {
    private let parts: ConvolutionParts

    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernel: Kernel, stride: Int = 1, padding: Int = 0,
        bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil,
        spectral: SpectralNorm? = nil, in layout: inout NetworkLayout
    ) {
        // The filter of the convolution that this is the adjoint of. PyTorch takes the second axis of its weight
        // [in, out, kernel, kernel] for the fan-in.
        parts = ConvolutionParts(
            name, kernel: kernel, channels: outputChannels, filters: inputChannels, stride: stride, padding: padding,
            biases: bias ? outputChannels : nil, initializer: initializer, biasInitializer: biasInitializer,
            matrix: WeightMatrix(
                blocks: kernel.taps, rows: outputChannels, columns: inputChannels, rowsAreOutputs: true,
                outputOrder: TorchOrder(shape: [outputChannels]), restOrder: .kernelRest(inputChannels, kernel)),
            spectral: spectral, in: &layout)
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        parts.addBias(
            to: x.transposedConvolved(with: parts.weight(pass), stride: parts.stride, padding: parts.padding), pass)
    }
}

/// What both directions share: the filter `[kernelHeight, kernelWidth, channels, filters]`, in PyTorch's order
/// `[filters, channels, kernelHeight, kernelWidth]`, and the biases of the outputs.
private struct ConvolutionParts: Sendable {
    let weight: Weight
    let bias: Int?
    let stride: Int
    let padding: Int

    init(
        _ name: String, kernel: Kernel, channels: Int, filters: Int, stride: Int, padding: Int, biases: Int?,
        initializer: Initializer?, biasInitializer: Initializer?, matrix: WeightMatrix, spectral: SpectralNorm?,
        in layout: inout NetworkLayout
    ) {
        let initial = Initializer.torchDefault(fanIn: channels * kernel.taps)
        weight = Weight(
            name, shape: [kernel.height, kernel.width, channels, filters],
            order: .filter([filters, channels, kernel.height, kernel.width]), initializer: initializer ?? initial,
            matrix: matrix, spectral: spectral, in: &layout)
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

extension TorchOrder {
    /// The columns of a filter as a matrix: PyTorch's [channels, kernelHeight, kernelWidth] in one row.
    fileprivate static func kernelRest(_ channels: Int, _ kernel: Kernel) -> TorchOrder {
        TorchOrder(
            shape: [channels * kernel.taps], view: [channels, kernel.height, kernel.width], axes: [1, 2, 0])
    }
}
