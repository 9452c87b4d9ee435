import TensorCore

/// Penalties on the discriminator's gradient by its input. They differentiate a gradient: the graph is differentiated
/// twice.
public enum GradientPenalty {
    /// R1: ½ E‖∇ₓD(x)‖² on real samples (Mescheder et al., "Which training methods for GANs do actually converge?",
    /// 2018), to be weighted by γ. On fake samples the same is R2.
    public static func zeroCentred(outputs: Tensor, samples: Tensor) -> Tensor {
        squaredNorms(outputs: outputs, samples: samples).mean() * 0.5
    }

    /// E(‖∇D(x̂)‖ − 1)² at points between real and fake samples (Gulrajani et al., "Improved training of Wasserstein
    /// GANs", 2017), to be weighted by λ.
    public static func wasserstein(outputs: Tensor, samples: Tensor) -> Tensor {
        // The square root has no gradient at 0.
        let norms = (squaredNorms(outputs: outputs, samples: samples) + 1e-12).squareRoot()
        return (norms - 1).squared().mean()
    }

    /// x̂ = εx + (1 − ε)G(z), ε uniform in [0, 1) for each sample: `[batch]`.
    public static func interpolation(real: Tensor, fake: Tensor, weights: Tensor) -> Tensor {
        let weights = weights.reshaped(to: Shape([real.shape[0]] + Array(repeating: 1, count: real.shape.rank - 1)))
        return fake + (real - fake) * weights
    }

    /// ‖∇D‖² of each decision, `[batch, 1]`: by its sample, or by all samples of its pack. Decisions share no samples, but
    /// for the statistics of a batch.
    private static func squaredNorms(outputs: Tensor, samples: Tensor) -> Tensor {
        let gradient = outputs.sum().gradients(by: [samples])[0]
        let batch = outputs.shape[0]
        return gradient.reshaped(to: [batch, samples.shape.count / batch]).squared()
            .sum(axes: [1], keepingDimensions: true)
    }
}
