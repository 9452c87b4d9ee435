// Element-wise operations. Two operands of different shapes are broadcast by NumPy's rule.

extension Tensor {
    func unary(_ operation: Unary) -> Tensor {
        graph.record(.unary(operation), [self], shape)
    }

    func binary(_ operation: Binary, _ other: Tensor) -> Tensor {
        guard let common = Shape.broadcast(shape, other.shape) else {
            preconditionFailure("\(operation): shapes \(shape) and \(other.shape) do not broadcast")
        }
        return graph.record(.binary(operation), [broadcast(to: common), other.broadcast(to: common)], common)
    }

    public static func + (a: Tensor, b: Tensor) -> Tensor {
        if let value = b.constantValue, Shape.broadcast(a.shape, b.shape) == a.shape { return a + value }
        if let value = a.constantValue, Shape.broadcast(a.shape, b.shape) == b.shape { return b + value }
        return a.binary(.add, b)
    }

    public static func - (a: Tensor, b: Tensor) -> Tensor {
        if let value = b.constantValue, Shape.broadcast(a.shape, b.shape) == a.shape { return a + (-value) }
        return a.binary(.subtract, b)
    }

    public static func * (a: Tensor, b: Tensor) -> Tensor {
        if let value = b.constantValue, Shape.broadcast(a.shape, b.shape) == a.shape { return a * value }
        if let value = a.constantValue, Shape.broadcast(a.shape, b.shape) == b.shape { return b * value }
        return a.binary(.multiply, b)
    }

    public static func / (a: Tensor, b: Tensor) -> Tensor { a.binary(.divide, b) }

    public static func + (a: Tensor, b: Float) -> Tensor {
        if b == 0 { return a }
        if let value = a.constantValue { return a.graph.constant(value + b, shape: a.shape) }
        return a.unary(.addScalar(b))
    }

    public static func - (a: Tensor, b: Float) -> Tensor { a + (-b) }

    public static func * (a: Tensor, b: Float) -> Tensor {
        if b == 1 { return a }
        if let value = a.constantValue { return a.graph.constant(value * b, shape: a.shape) }
        return a.unary(.scale(b))
    }

    public static func / (a: Tensor, b: Float) -> Tensor { a * (1 / b) }
    public static func + (a: Float, b: Tensor) -> Tensor { b + a }
    public static func * (a: Float, b: Tensor) -> Tensor { b * a }
    public static func - (a: Float, b: Tensor) -> Tensor { -b + a }
    public static func / (a: Float, b: Tensor) -> Tensor { b.reciprocal() * a }
    public static prefix func - (a: Tensor) -> Tensor { a.unary(.negate) }

    public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { a.binary(.maximum, b) }
    public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { a.binary(.minimum, b) }

    public func absolute() -> Tensor { unary(.absolute) }
    public func squared() -> Tensor { unary(.square) }
    public func squareRoot() -> Tensor { unary(.squareRoot) }
    public func reciprocal() -> Tensor { unary(.reciprocal) }
    /// 1 / √x
    public func reciprocalSquareRoot() -> Tensor { unary(.reciprocalSquareRoot) }
    public func exponential() -> Tensor { unary(.exponential) }
    public func logarithm() -> Tensor { unary(.logarithm) }
    public func sine() -> Tensor { unary(.sine) }
    public func cosine() -> Tensor { unary(.cosine) }
    public func tanh() -> Tensor { unary(.tanh) }
    /// 1 / (1 + e⁻ˣ)
    public func sigmoid() -> Tensor { unary(.sigmoid) }
    /// log(1 + eˣ), without overflow
    public func softplus() -> Tensor { unary(.softplus) }
    public func sign() -> Tensor { unary(.sign) }
    /// max(x, 0)
    public func relu() -> Tensor { unary(.relu) }
    /// x > 0 ? x : slope · x
    public func leakyRelu(slope: Float) -> Tensor {
        precondition(slope >= 0, "leaky ReLU takes a slope of at least 0, not \(slope)")
        return unary(.leakyRelu(slope: slope))
    }

    /// The same values, through which no gradient flows.
    public func stopGradient() -> Tensor { graph.record(.stopGradient, [self], shape) }
}
