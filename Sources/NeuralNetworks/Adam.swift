import CKernels

/// Adam with bias correction, as `torch.optim.Adam` computes it (Kingma and Ba, 2015):
///
///     m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²
///     p ← p − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
public struct Adam: Sendable, Hashable {
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double

    public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    /// Writes the updated parameters to `next`, which may be `parameters`, and the moments in place.
    ///
    /// - Parameters:
    ///   - step: t, from 1.
    ///   - scale: g is `gradient` times this.
    public func update(
        step: UInt64, learningRate: Double, parameters: UnsafePointer<Float>, next: UnsafeMutablePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>, scale: Float = 1, count: Int
    ) {
        let correction1 = 1 - Self.power(beta1, step)
        let correction2 = 1 - Self.power(beta2, step)
        ck_adam(
            parameters, next, firstMoment, secondMoment, gradient, scale, count, Float(1 - beta1), Float(beta2),
            Float(1 - beta2), Float(learningRate / correction1), Float(correction2.squareRoot()), Float(epsilon))
    }

    /// base^exponent by squaring: the same bits on every machine, which libm's `pow` does not promise.
    static func power(_ base: Double, _ exponent: UInt64) -> Double {
        var (result, factor, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
