import TensorCore

/// One more channel that says how much the samples of a group differ: the standard deviation over the group of each
/// activation, averaged over all activations (Karras et al., "Progressive growing of GANs", 2018).
///
/// s = mean over (height, width, channels) of √(variance over the group + 10⁻⁸), the same at every position of every sample
/// of the group; `[batch, height, width, channels] → [batch, height, width, channels + 1]`. Neighbours of the batch are a
/// group. It has no parameters.
public struct MinibatchStandardDeviation: Sendable {
    private let groupSize: Int

    /// - Parameter groupSize: samples of a group; of a batch that it does not divide, the most below it that do.
    public init(groupSize: Int) {
        precondition(groupSize > 1, "a group of \(groupSize) samples has no deviation")
        self.groupSize = groupSize
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let batch = x.shape[0]
        let size = (1...min(groupSize, batch)).last { batch % $0 == 0 } ?? 1
        let groups = batch / size
        let y = x.reshaped(to: [groups, size, x.shape.count / batch])
        let centred = y - y.mean(axes: [1], keepingDimensions: true)
        let deviation = (centred.squared().mean(axes: [1], keepingDimensions: true) + 1e-8).squareRoot()
        let statistic = deviation.mean(axes: [2], keepingDimensions: true)
        let channel = statistic.broadcast(to: [groups, size, x.shape[1] * x.shape[2]])
            .reshaped(to: [batch, x.shape[1], x.shape[2], 1])
        return Tensor.concatenated([x, channel], axis: 3)
    }
}
