import TensorCore
import Testing

/// The operations of the golden file, as a user of `Tensor` writes them.
enum GoldenOperations {
    typealias Operands = [String: Tensor]

    static func compute(
        _ op: String, _ attributes: GoldenOperationTests.Attributes, _ operands: Operands, _ graph: Graph
    ) throws -> Operands {
        func operand(_ name: String) throws -> Tensor { try #require(operands[name], "no operand \(name)") }
        if let result = try normalization(op, attributes, operands) { return result }
        if let result = try penalty(op, attributes, operands) { return ["y": result] }
        if let result = try products(op, attributes, operand) { return ["y": result] }
        if let result = try shaping(op, attributes, operand, operands) { return ["y": result] }
        if let result = try elementwise(op, attributes, operand) { return ["y": result] }
        throw UnknownOperation(name: op)
    }

    struct UnknownOperation: Error {
        var name: String
    }

    private static func elementwise(
        _ op: String, _ attributes: GoldenOperationTests.Attributes, _ operand: (String) throws -> Tensor
    ) throws -> Tensor? {
        switch op {
        case "relu": try operand("x").relu()
        case "leakyRelu": try operand("x").leakyRelu(slope: try #require(attributes.slope))
        case "tanh": try operand("x").tanh()
        case "sigmoid": try operand("x").sigmoid()
        case "softplus": try operand("x").softplus()
        case "exp": try operand("x").exponential()
        case "log": try operand("x").logarithm()
        case "sqrt": try operand("x").squareRoot()
        case "rsqrt": try operand("x").reciprocalSquareRoot()
        case "reciprocal": try operand("x").reciprocal()
        case "square": try operand("x").squared()
        case "abs": try operand("x").absolute()
        case "sine": try operand("x").sine()
        case "cosine": try operand("x").cosine()
        case "negate": -(try operand("x"))
        case "add": try operand("a") + operand("b")
        case "subtract": try operand("a") - operand("b")
        case "multiply": try operand("a") * operand("b")
        case "divide": try operand("a") / operand("b")
        case "maximum": .maximum(try operand("a"), try operand("b"))
        case "minimum": .minimum(try operand("a"), try operand("b"))
        case "dropout", "channelDropout": try operand("x") * operand("mask")
        case "bceWithLogits":
            // −t log σ(l) − (1 − t) log(1 − σ(l)) = softplus(l) − t·l
            (try operand("logits").softplus() - operand("targets") * operand("logits")).mean()
        default: nil
        }
    }

    private static func products(
        _ op: String, _ attributes: GoldenOperationTests.Attributes, _ operand: (String) throws -> Tensor
    ) throws -> Tensor? {
        switch op {
        case "matmul":
            try operand("a").matmul(
                operand("b"), transposeA: attributes.transposeA ?? false, transposeB: attributes.transposeB ?? false)
        case "linear": try operand("x").matmul(operand("w"), transposeB: true) + operand("b")
        case "conv2d":
            try operand("x").convolved(
                with: operand("w"), stride: attributes.stride ?? 1, padding: attributes.padding ?? 0,
                groups: attributes.groups ?? 1)
        case "convTranspose2d":
            try operand("x").transposedConvolved(
                with: operand("w"), stride: attributes.stride ?? 1, padding: attributes.padding ?? 0)
        case "maxPool":
            try operand("x").maxPooled(
                kernel: try #require(attributes.kernel), stride: attributes.stride, padding: attributes.padding ?? 0)
        case "avgPool":
            try operand("x").averagePooled(
                kernel: try #require(attributes.kernel), stride: attributes.stride, padding: attributes.padding ?? 0,
                countingPadding: attributes.countIncludePad ?? true)
        case "upsampleNearest": try operand("x").upsampledNearest(scale: try #require(attributes.scale))
        case "upsampleBilinear": try operand("x").upsampledBilinear(scale: try #require(attributes.scale))
        case "embedding": try operand("table").gatheredRows(at: operand("indices"))
        default: nil
        }
    }

    private static func shaping(
        _ op: String, _ attributes: GoldenOperationTests.Attributes, _ operand: (String) throws -> Tensor,
        _ operands: Operands
    ) throws -> Tensor? {
        switch op {
        case "reshape": return try operand("x").reshaped(to: Shape(try #require(attributes.shape)))
        case "broadcast": return try operand("x").broadcast(to: Shape(try #require(attributes.shape)))
        case "transpose": return try operand("x").transposed(try #require(attributes.permutation))
        case "concatenate":
            return .concatenated(
                operands.keys.sorted().map { operands[$0]! }, axis: try #require(attributes.axis))
        case "slice":
            let x = try operand("x")
            let axis = try #require(attributes.axis)
            var starts = [Int](repeating: 0, count: x.shape.rank)
            starts[axis] = try #require(attributes.start)
            var size = x.shape
            size[axis] = try #require(attributes.end) - starts[axis]
            return x.sliced(at: starts, size: size)
        case "sum": return try operand("x").sum(axes: attributes.axes, keepingDimensions: attributes.keepAxes ?? false)
        case "mean":
            return try operand("x").mean(axes: attributes.axes, keepingDimensions: attributes.keepAxes ?? false)
        default: return nil
        }
    }

    private static func normalization(
        _ op: String, _ attributes: GoldenOperationTests.Attributes, _ operands: Operands
    ) throws -> Operands? {
        guard let x = operands["x"], let gamma = operands["gamma"], let beta = operands["beta"],
            let epsilon = attributes.epsilon, op != "r1"
        else { return nil }
        switch op {
        case "batchNorm" where attributes.training == false:
            let (mean, variance) = (try #require(operands["runningMean"]), try #require(operands["runningVariance"]))
            return ["y": (x - mean) * (variance + epsilon).reciprocalSquareRoot() * gamma + beta]
        case "batchNorm":
            let (first, mean, variance) = batchNorm(x, gamma, beta, epsilon)
            let (_, mean2, variance2) = batchNorm(try #require(operands["x2"]), gamma, beta, epsilon)
            let runningMean = try #require(operands["runningMean0"]) * 0.9 + mean * 0.1
            let runningVariance = try #require(operands["runningVariance0"]) * 0.9 + variance * 0.1
            return [
                "y": first, "mean": mean, "variance": variance, "runningMean1": runningMean,
                "runningVariance1": runningVariance, "runningMean2": runningMean * 0.9 + mean2 * 0.1,
                "runningVariance2": runningVariance * 0.9 + variance2 * 0.1,
            ]
        case "layerNorm":
            let axes = try #require(attributes.axes)
            return ["y": x.normalized(axes: axes, epsilon: epsilon).values * gamma + beta]
        case "instanceNorm":
            return ["y": x.normalized(axes: [1, 2], epsilon: epsilon).values * gamma + beta]
        default: return nil
        }
    }

    private static func batchNorm(_ x: Tensor, _ gamma: Tensor, _ beta: Tensor, _ epsilon: Float) -> (
        y: Tensor, mean: Tensor, unbiasedVariance: Tensor
    ) {
        let normalized = x.normalized(axes: Array(0..<x.shape.rank - 1), epsilon: epsilon)
        let unbiased = Float(normalized.count) / Float(normalized.count - 1)
        return (
            normalized.values * gamma + beta, normalized.mean.reshaped(to: gamma.shape),
            (normalized.variance * unbiased).reshaped(to: gamma.shape)
        )
    }

    /// Penalties on gradients: a gradient that is differentiated again.
    private static func penalty(
        _ op: String, _ attributes: GoldenOperationTests.Attributes, _ operands: Operands
    ) throws -> Tensor? {
        func operand(_ name: String) throws -> Tensor { try #require(operands[name], "no operand \(name)") }
        func linear(_ x: Tensor, _ w: String, _ b: String) throws -> Tensor {
            try x.matmul(operand(w), transposeB: true) + operand(b)
        }
        func squaredNorms(_ output: Tensor, _ x: Tensor) -> Tensor {
            let gradient = output.sum().gradients(by: [x])[0]
            return gradient.reshaped(to: [x.shape[0], x.shape.count / x.shape[0]]).squared().sum(axes: [1])
        }
        switch (op, attributes.network) {
        case ("r1", "conv"):
            let x = try operand("x")
            let slope = try #require(attributes.slope)
            var y = (x.convolved(with: try operand("w1"), stride: 2, padding: 1) + (try operand("b1")))
                .leakyRelu(slope: slope)
            y = batchNorm(
                y.convolved(with: try operand("w2"), stride: 2, padding: 1), try operand("gamma"),
                try operand("beta"), try #require(attributes.epsilon)
            ).y.leakyRelu(slope: slope)
            return squaredNorms(y.convolved(with: try operand("w3")), x).mean() * 0.5
        case ("r1", "mlp"):
            let x = try operand("x")
            let y = try linear(linear(linear(x, "w1", "b1").tanh(), "w2", "b2").softplus(), "w3", "b3")
            return squaredNorms(y, x).mean() * 0.5
        case ("gradientPenalty", _):
            let mix = try operand("mix")
            let x = mix * (try operand("real")) + (1 - mix) * (try operand("fake"))
            let y = try linear(
                linear(linear(x, "w1", "b1").tanh(), "w2", "b2")
                    .leakyRelu(slope: try #require(attributes.slope)), "w3", "b3")
            return (squaredNorms(y, x).squareRoot() - 1).squared().mean() * (try #require(attributes.lambda))
        default: return nil
        }
    }
}
