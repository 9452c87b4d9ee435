import TensorCore

/// A weighted sum over the positions of each channel, y[n, c] = Σ x[n, i, j, c] w[i, j, c]: a depthwise convolution whose kernel is
/// the whole image, as `torch.nn.Conv2d` with as many groups as channels and without bias. Input
/// `[batch, height, width, channels]`, output `[batch, channels]`.
public struct DepthwiseSum: Sendable {
    private let weight: Weight

    public init(
        _ name: String, image: ImageFeatures, initializer: Initializer? = nil, spectral: SpectralNorm? = nil,
        in layout: inout NetworkLayout
    ) {
        let taps = image.height * image.width
        weight = Weight(
            name, shape: [image.height, image.width, image.channels],
            order: TorchOrder(
                shape: [image.channels, 1, image.height, image.width],
                view: [image.channels, image.height, image.width], axes: [1, 2, 0]),
            initializer: initializer ?? .torchDefault(fanIn: taps),
            matrix: WeightMatrix(
                rows: taps, columns: image.channels, rowsAreOutputs: false,
                outputOrder: TorchOrder(shape: [image.channels]), restOrder: TorchOrder(shape: [taps])),
            spectral: spectral, in: &layout)
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        (x * weight(pass)).sum(axes: [1, 2])
    }
}
