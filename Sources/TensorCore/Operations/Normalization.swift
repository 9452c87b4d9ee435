// Normalisation to mean 0 and variance 1 over some axes: the part that batch, layer and instance norm share.

/// x̂ with the statistics that made it.
public struct NormalizedTensor {
    /// (x − mean) / √(variance + ε), of x's shape.
    public var values: Tensor
    /// Mean over the axes, which stay with extent 1.
    public var mean: Tensor
    /// Biased variance over the axes: Σ(x − mean)² / n.
    public var variance: Tensor
    /// The n of both.
    public var count: Int
}

extension Tensor {
    /// x̂ = (x − mean) / √(variance + ε) over `axes`.
    ///
    /// Its gradient is taken as one step,
    /// dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε),
    /// (Ioffe and Szegedy, "Batch normalization", 2015, simplified), which is itself differentiable.
    public func normalized(axes: [Int], epsilon: Float) -> NormalizedTensor {
        let mean = mean(axes: axes, keepingDimensions: true)
        let centred = self - mean
        let variance = centred.squared().mean(axes: axes, keepingDimensions: true)
        let scale = (variance + epsilon).reciprocalSquareRoot()
        let values = graph.record(.normalized(axes: axes), [centred * scale, self, scale], shape)
        return NormalizedTensor(
            values: values, mean: mean, variance: variance, count: axes.reduce(1) { $0 * shape[$1] })
    }
}
