// Reverse-mode differentiation, from graph to graph: a gradient is made of the same operations, and so can be
// differentiated again.

extension Tensor {
    /// The gradients of a scalar by each of `variables`; zeros where it does not depend on one.
    public func gradients(by variables: [Tensor]) -> [Tensor] {
        precondition(shape.count == 1, "gradients are taken of a scalar, not of \(shape)")
        return vectorJacobianProducts(seed: graph.constant(1, shape: shape), by: variables)
    }

    /// Σ seed · ∂self/∂variable for each variable.
    public func vectorJacobianProducts(seed: Tensor, by variables: [Tensor]) -> [Tensor] {
        precondition(seed.shape == shape, "the seed's shape \(seed.shape) must be \(shape)")
        // Only nodes on a path from a variable to self carry a gradient.
        let targets = Set(variables.map(\.id))
        var leads = [Bool](repeating: false, count: id + 1)
        for index in 0...id {
            leads[index] =
                targets.contains(index) || Tensor(graph: graph, id: index).differentiableInputs.contains { leads[$0] }
        }
        var gradients: [Int: Tensor] = [id: seed]
        for index in stride(from: id, through: 0, by: -1) where leads[index] {
            guard let upstream = gradients[index] else { continue }
            let node = Tensor(graph: graph, id: index)
            for (input, contribution) in node.pulledBack(upstream, where: { leads[$0] }) {
                if let known = gradients[input] {
                    gradients[input] = known + contribution
                } else {
                    gradients[input] = contribution
                }
            }
        }
        return variables.map { gradients[$0.id] ?? graph.constant(0, shape: $0.shape) }
    }

    /// The inputs through which a gradient may flow.
    private var differentiableInputs: [Int] {
        let node = graph.nodes[id]
        switch node.operation {
        case .stopGradient, .unary(.sign), .unary(.reluSlope): return []
        case .normalized: return [node.inputs[1]]
        case .maxPoolSelect, .maxPoolScatter: return [node.inputs[1]]
        case .gatherRows, .scatterRows, .shift: return [node.inputs[0]]
        default: return node.inputs
        }
    }

    /// The gradients by the inputs, given the gradient by this node: for each operation its rule.
    private func pulledBack(_ g: Tensor, where wanted: (Int) -> Bool) -> [(Int, Tensor)] {
        let inputs = inputs
        var result: [(Int, Tensor)] = []
        func add(_ index: Int, _ gradient: @autoclosure () -> Tensor) {
            if wanted(inputs[index].id) { result.append((inputs[index].id, gradient())) }
        }
        switch operation {
        case .input, .constant, .stopGradient: break
        case .unary(let unary): add(0, pulledBack(g, through: unary, of: inputs[0]))
        case .binary(let binary): pulledBack(g, through: binary, inputs, add)

        case .broadcast:
            let axes = (0..<shape.rank).filter { inputs[0].shape[$0] == 1 && shape[$0] > 1 }
            add(0, g.sum(axes: axes, keepingDimensions: true))
        case .sum: add(0, g.broadcast(to: inputs[0].shape))
        case .reshape: add(0, g.reshaped(to: inputs[0].shape))
        case .transpose(let axes):
            add(0, g.transposed(axes.indices.map { axes.firstIndex(of: $0)! }))
        case .slice(let starts): add(0, g.padded(at: starts, in: inputs[0].shape))
        case .padded(let starts): add(0, g.sliced(at: starts, size: inputs[0].shape))
        case .concatenate(let axis):
            var starts = [Int](repeating: 0, count: shape.rank)
            for (index, input) in inputs.enumerated() {
                add(index, g.sliced(at: starts, size: input.shape))
                starts[axis] += input.shape[axis]
            }
        case .gatherRows: add(0, g.scatteredRows(at: inputs[1], rows: inputs[0].shape[0]))
        case .scatterRows: add(0, g.gatheredRows(at: inputs[1]))
        case .shift: add(0, g.shifted(by: -inputs[1]))

        case .matmul(let transposeA, let transposeB):
            let (a, b) = (inputs[0], inputs[1])
            add(
                0,
                transposeA
                    ? b.matmul(g, transposeA: transposeB, transposeB: true)
                    : g.matmul(b, transposeB: !transposeB))
            add(
                1,
                transposeB
                    ? g.matmul(a, transposeA: true, transposeB: transposeA)
                    : a.matmul(g, transposeA: !transposeA))
        case .convolution(let window):
            add(0, g.imageGradient(with: inputs[1], window))
            add(1, inputs[0].filterGradient(outputs: g, window))
        case .convolutionImageGradient(let window):
            add(0, g.convolved(with: inputs[1], window))
            add(1, g.filterGradient(outputs: inputs[0], window))
        case .convolutionFilterGradient(let window):
            add(0, inputs[1].imageGradient(with: g, window))
            add(1, inputs[0].convolved(with: g, window))

        case .maxPoolSelect(let window): add(1, inputs[0].maxPoolScattered(g, window))
        case .maxPoolScatter(let window): add(1, inputs[0].maxPoolSelected(g, window))
        case .sumPool(let window): add(0, g.sumPoolTransposed(window))
        case .sumPoolTranspose(let window): add(0, g.sumPooled(window))
        case .upsampleBilinear(let scale): add(0, g.bilinearlyCollected(scale: scale))
        case .upsampleBilinearTranspose(let scale): add(0, g.upsampledBilinear(scale: scale))

        case .normalized(let axes):
            let mean = g.mean(axes: axes, keepingDimensions: true)
            let projection = (g * self).mean(axes: axes, keepingDimensions: true)
            add(1, (g - mean - self * projection) * inputs[2])
        }
        return result
    }

    private func pulledBack(_ g: Tensor, through unary: Unary, of x: Tensor) -> Tensor {
        let y = self
        switch unary {
        case .negate: return -g
        case .absolute: return g * x.sign()
        case .square: return g * x * 2
        case .squareRoot: return g / y * 0.5
        case .reciprocal: return -(g * y.squared())
        case .reciprocalSquareRoot: return g * (y.squared() * y) * -0.5
        case .exponential: return g * y
        case .logarithm: return g / x
        case .sine: return g * x.cosine()
        case .cosine: return -(g * x.sine())
        case .tanh: return g * (1 - y.squared())
        case .sigmoid: return g * (y * (1 - y))
        case .softplus: return g * x.sigmoid()
        case .relu: return g * y.unary(.reluSlope(slope: 0))
        // With a slope of at least 0 the output has the sign of the input.
        case .leakyRelu(let slope): return g * (slope > 0 ? y : x).unary(.reluSlope(slope: slope))
        case .scale(let factor): return g * factor
        case .addScalar: return g
        case .sign, .reluSlope: preconditionFailure("no gradient flows through \(unary)")
        }
    }

    private func pulledBack(
        _ g: Tensor, through binary: Binary, _ inputs: [Tensor], _ add: (Int, @autoclosure () -> Tensor) -> Void
    ) {
        let (a, b) = (inputs[0], inputs[1])
        switch binary {
        case .add:
            add(0, g)
            add(1, g)
        case .subtract:
            add(0, g)
            add(1, -g)
        case .multiply:
            add(0, g * b)
            add(1, g * a)
        case .divide:
            add(0, g / b)
            add(1, -(g * self / b))
        case .maximum:
            add(0, g * (a - b).unary(.reluSlope(slope: 0)))
            add(1, g * (1 - (a - b).unary(.reluSlope(slope: 0))))
        case .minimum:
            add(0, g * (1 - (a - b).unary(.reluSlope(slope: 0))))
            add(1, g * (a - b).unary(.reluSlope(slope: 0)))
        }
    }
}
