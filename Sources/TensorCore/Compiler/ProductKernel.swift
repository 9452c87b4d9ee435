/// A product, a pooling or an upsampling of a graph, taken out of it to be timed alone.
package struct ProductKernel: Hashable, Sendable {
    private let operation: Operation
    private let operands: [Shape]
    private let result: Shape

    fileprivate init?(_ node: Graph.Node, operands: [Shape]) {
        switch node.operation {
        case .matmul, .convolution, .convolutionImageGradient, .convolutionFilterGradient, .maxPoolSelect,
            .maxPoolScatter, .sumPool, .sumPoolTranspose, .upsampleBilinear, .upsampleBilinearTranspose:
            operation = node.operation
        default: return nil
        }
        self.operands = operands
        result = node.shape
    }

    /// Elements of each operand, in the order of the program's input slots.
    package var operandCounts: [Int] { operands.map(\.count) }
    package var resultCount: Int { result.count }

    /// What it computes, on which shapes.
    package var label: String {
        switch operation {
        case .matmul(let transposeA, let transposeB):
            return "product \(operands[0])\(transposeA ? "ᵀ" : "") · \(operands[1])\(transposeB ? "ᵀ" : "")"
        case .convolution(let window): return convolution("forward", window, filters: result[3])
        case .convolutionImageGradient(let window):
            return convolution("image gradient", window, filters: operands[0][3])
        case .convolutionFilterGradient(let window):
            return convolution("filter gradient", window, filters: result[3])
        case .maxPoolSelect(let window): return pooling("maximum", window)
        case .maxPoolScatter(let window): return pooling("maximum, gradient", window)
        case .sumPool(let window): return pooling("sum", window)
        case .sumPoolTranspose(let window): return pooling("sum, gradient", window)
        case .upsampleBilinear(let scale): return "bilinear upsampling ×\(scale) of \(operands[0])"
        case .upsampleBilinearTranspose(let scale): return "bilinear upsampling ×\(scale) of \(result), gradient"
        default: preconditionFailure("\(operation) is no product")
        }
    }

    /// Multiplications and additions: 2 for each product of two elements, as the formula has them; 0 for a pooling or an upsampling.
    package var floatingPointOperations: Int {
        switch operation {
        case .matmul(let transposeA, _):
            return 2 * result.count * (transposeA ? operands[0][0] : operands[0][1])
        case .convolution(let window): return window.floatingPointOperations(batch: result[0], filters: result[3])
        case .convolutionImageGradient(let window):
            return window.floatingPointOperations(batch: result[0], filters: operands[0][3])
        case .convolutionFilterGradient(let window):
            return window.floatingPointOperations(batch: operands[0][0], filters: result[3])
        default: return 0
        }
    }

    /// The program that computes it alone, of operands in input slots 0 and 1.
    package func program() -> Program {
        let graph = Graph()
        let inputs = operands.enumerated().map { graph.input(slot: $0.offset, shape: $0.element) }
        return graph.compile(outputs: [(graph.record(operation, inputs, result), 0)])
    }

    private func convolution(_ form: String, _ window: Window, filters: Int) -> String {
        "convolution \(window.channels)→\(filters) \(window.kernelHeight)×\(window.kernelWidth) stride "
            + "\(window.strideHeight)\(window.groups > 1 ? " in \(window.groups) groups" : "") on "
            + "\(window.height)×\(window.width), \(form)"
    }

    private func pooling(_ form: String, _ window: Window) -> String {
        "pooling \(window.kernelHeight)×\(window.kernelWidth) on \(window.height)×\(window.width)×\(window.channels), \(form)"
    }
}

extension Graph {
    /// The distinct products, poolings and upsamplings that the graph has recorded, in order.
    package var productKernels: [ProductKernel] {
        var known: Set<ProductKernel> = []
        return nodes.compactMap { node in
            guard let kernel = ProductKernel(node, operands: node.inputs.map { nodes[$0].shape }) else { return nil }
            return known.insert(kernel).inserted ? kernel : nil
        }
    }
}
