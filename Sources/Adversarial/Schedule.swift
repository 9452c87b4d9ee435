import CKernels

/// A number as a function of the training step.
public struct Schedule: Sendable, Hashable {
    public enum Shape: String, Sendable, CaseIterable, Hashable {
        case constant
        case linear
        case cosine
    }

    public var shape: Shape
    /// The value at step 0, and at every step of a constant schedule.
    public var start: Double
    /// The value that the schedule approaches at the run's last step; a constant one ignores it.
    public var end: Double

    public init(_ shape: Shape, from start: Double, to end: Double = 0) {
        self.shape = shape
        self.start = start
        self.end = end
    }

    /// The same number at every step.
    public init(_ constant: Double) { self.init(.constant, from: constant) }

    public var isConstant: Bool { shape == .constant }

    /// Whether the number is above 0 at some step.
    public var isPositive: Bool { start > 0 || !isConstant && end > 0 }

    /// The value v at step s (from 0) of S, with t = s / S:
    ///
    /// | shape | v |
    /// | --- | --- |
    /// | constant | start |
    /// | linear | end + (start − end) · (1 − t) |
    /// | cosine | end + (start − end) · ½ (1 + cos πt) (Loshchilov and Hutter, "SGDR", 2017) |
    public func value(step: UInt64, of steps: Int) -> Double {
        let progress = Double(step) / Double(max(1, steps))
        switch shape {
        case .constant: return start
        case .linear: return end + (start - end) * (1 - progress)
        case .cosine:
            // From our own kernel: the same bits on every machine.
            var angle = Float(progress * Double.pi)
            var cosine: Float = 0
            ck_cosine(&angle, &cosine, 1)
            return end + (start - end) * 0.5 * (1 + Double(cosine))
        }
    }
}

extension Schedule: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(Double(value)) }
}
