import TensorCore

/// Drops each element with probability `rate` and scales the rest by 1/(1 − rate), in training; as `torch.nn.Dropout`
/// (Srivastava et al., 2014).
public struct Dropout: Sendable {
    public var rate: Float

    public init(rate: Float = 0.5) {
        self.rate = rate
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        pass.mode == .inference ? x : x * pass.mask(keep: 1 - rate, shape: x.shape)
    }
}

/// Drops whole channels of an image `[batch, height, width, channels]`; as `torch.nn.Dropout2d` (Tompson et al., 2015).
public struct ChannelDropout: Sendable {
    public var rate: Float

    public init(rate: Float = 0.5) {
        self.rate = rate
    }

    public func callAsFunction(_ x: Tensor, _ pass: ForwardPass) -> Tensor {
        pass.mode == .inference ? x : x * pass.mask(keep: 1 - rate, shape: [x.shape[0], 1, 1, x.shape[3]])
    }
}
