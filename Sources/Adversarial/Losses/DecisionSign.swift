import TensorCore

extension AdversarialLoss {
    /// What is positive where the discriminator takes a real sample for real: the output; above ½ for least squares, whose
    /// outputs are led to 1 and 0; and for losses that only read differences of outputs, the difference to the fake sample
    /// of the same place, since the level of the outputs is arbitrary then.
    ///
    /// - Parameters:
    ///   - real: the discriminator's outputs `[batch, 1]` for real samples.
    ///   - fake: the same for fakes.
    package func decisions(real: Tensor, fake: Tensor) -> Tensor {
        if isRelativistic || kind == .wasserstein { return real - fake }
        return kind == .leastSquares ? real - 0.5 : real
    }
}
