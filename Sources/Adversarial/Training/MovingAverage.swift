/// How fast the generator's exponential moving average follows its parameters:
/// average ← average + (parameters − average) · (1 − decay).
public struct MovingAverage: Sendable, Hashable {
    /// The decay of one step; 0 for no average. Where a half-life is given, that counts.
    public var decay: Double
    /// After how many training images an old parameter's share is a half; 0 to take `decay`.
    public var halfLife: Schedule
    /// The half-life is at most this share of the images that training has seen, as in StyleGAN2-ADA (Karras et al., 2020); 0 for no
    /// such limit.
    public var rampUp: Double

    public init(decay: Double = 0.99, halfLife: Schedule = 0, rampUp: Double = 0.05) {
        self.decay = decay
        self.halfLife = halfLife
        self.rampUp = rampUp
    }

    /// Whether there is an average.
    public var isUsed: Bool { decay > 0 || halfLife.isPositive }

    /// 1 − decay at one update.
    ///
    /// With a half-life of h images, decay = 2^(−batch / h). A decay a step begins small, (1 + t)/(10 + t) at update t, so that the
    /// average does not remember the initial parameters for long.
    ///
    /// - Parameters:
    ///   - update: counts the generator's updates from 1.
    ///   - batch: images of a step.
    ///   - halfLife: h at this step.
    package func weight(update: UInt64, batch: Int, halfLife: Double) -> Float {
        guard self.halfLife.isPositive else {
            let updates = Double(update)
            return Float(1 - min(decay, (1 + updates) / (10 + updates)))
        }
        let seen = Double(update) * Double(batch)
        let limited = rampUp > 0 ? min(halfLife, rampUp * seen) : halfLife
        return Float(1 - Self.halving(Double(batch) / max(limited, 1e-8)))
    }

    /// 2^(−x) for x ≥ 0 by a series and repeated squaring, without libm: the same bits on every machine.
    static func halving(_ x: Double) -> Double {
        guard x < 1000 else { return 0 }
        // e^(−y) with y = x · ln 2 / 2^16 < 0.011: five terms leave less than 10⁻¹⁴.
        let y = x * 0.693147180559945309417 / 65536
        var result = 1 - y * (1 - y / 2 * (1 - y / 3 * (1 - y / 4 * (1 - y / 5))))
        for _ in 0..<16 { result *= result }
        return result
    }
}
