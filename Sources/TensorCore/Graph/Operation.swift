/// The primitive operations. Everything else is built from them; each has its gradient in `Differentiation.swift`.
enum Operation: Hashable, Sendable {
    /// Memory that the caller binds: element `offset` onwards of the program's input `slot`.
    case input(slot: Int, offset: Int)
    /// One number in every element.
    case constant(Float)

    // Element by element.
    case unary(Unary)
    case binary(Binary)

    // Shapes.
    case broadcast
    /// Sum over the axes, which stay with extent 1.
    case sum(axes: [Int])
    case reshape
    case transpose(axes: [Int])
    case slice(starts: [Int])
    /// Zeros, with the operand at `starts`: the adjoint of a slice.
    case padded(starts: [Int])
    case concatenate(axis: Int)
    case gatherRows
    case scatterRows
    /// (image, offsets [batch, 2]) → image moved down and right by whole pixels, zeros behind it
    case shift

    // Products.
    case matmul(transposeA: Bool, transposeB: Bool)
    /// (image, filter [kernelHeight, kernelWidth, channels / groups, filters]) → outputs
    case convolution(Window)
    /// (outputs, filter) → image; as a layer of its own, the transposed convolution
    case convolutionImageGradient(Window)
    /// (image, outputs) → filter
    case convolutionFilterGradient(Window)

    // Pooling and upsampling.
    /// (x, v) → v at the place of the greatest x of each window
    case maxPoolSelect(Window)
    /// (x, outputs) → image with each output at the place of the greatest x
    case maxPoolScatter(Window)
    case sumPool(Window)
    case sumPoolTranspose(Window)
    /// image → image `scale` times as high and wide
    case upsampleBilinear(scale: Int)
    case upsampleBilinearTranspose(scale: Int)

    // Identities that only differentiation sees.
    /// (x̂, x, 1/σ) → x̂, where x̂ = (x − mean)/σ over `axes`: differentiated by the closed formula, as one step.
    case normalized(axes: [Int])
    case stopGradient
}

enum Unary: Hashable, Sendable {
    case negate, absolute, square, squareRoot, reciprocal, reciprocalSquareRoot
    case exponential, logarithm, sine, cosine, tanh, sigmoid, softplus
    case sign, relu
    case leakyRelu(slope: Float)
    /// x > 0 ? 1 : slope
    case reluSlope(slope: Float)
    case scale(Float)
    case addScalar(Float)

    /// Passes of cheap arithmetic that it is worth: what the compiler weighs against storing the result.
    var cost: Int {
        switch self {
        case .exponential, .logarithm, .sine, .cosine, .tanh, .sigmoid, .softplus: 8
        case .squareRoot, .reciprocal, .reciprocalSquareRoot: 2
        default: 1
        }
    }
}

enum Binary: Hashable, Sendable {
    case add, subtract, multiply, divide, maximum, minimum
}
