import TensorCore
import Testing

/// A profile tells what ran, how often and how much arithmetic it was, and changes no bit.
@Suite struct InstructionProfileTests {
    @Test func productsAreCountedAndNothingChanges() throws {
        let graph = Graph()
        let a = graph.input(slot: 0, shape: [5, 7])
        let b = graph.input(slot: 1, shape: [7, 3])
        let program = graph.compile([a.matmul(b).tanh()])
        let inputs = [35, 21].map { count in (0..<count).map { Float($0 % 7) - 3 } }
        let plain = program.evaluate(inputs)
        let profile = InstructionProfile()
        for _ in 0..<3 { #expect(program.evaluate(inputs, profile: profile) == plain) }
        let product = try #require(profile.entries.first { $0.label.hasPrefix("MatrixProduct") })
        #expect(product.count == 3)
        // 2 · rows · inner · columns, three times.
        #expect(product.floatingPointOperations == 3 * 2 * 5 * 7 * 3)
        #expect(product.seconds > 0 && product.seconds <= profile.seconds)
        let loop = try #require(profile.entries.first { $0.label.hasPrefix("ElementwiseLoop") })
        #expect(loop.count == 3 && loop.gigaflops == nil)
    }

    /// Every product of a graph, forwards and backwards, with two operations for each product of two elements.
    @Test func kernelsOfAGraph() {
        let graph = Graph()
        let image = graph.input(slot: 0, shape: [2, 6, 6, 3])
        let filter = graph.input(slot: 1, shape: [3, 3, 3, 4])
        let weight = graph.input(slot: 2, shape: [16, 5])
        // 6×6, 3×3 without padding: 4×4 outputs, pooled to 2×2.
        let flat = image.convolved(with: filter).maxPooled(kernel: 2).reshaped(to: [2, 16])
        _ = flat.matmul(weight).sum().gradients(by: [image, filter, weight])
        let kernels = graph.productKernels
        let operations = Dictionary(grouping: kernels, by: \.floatingPointOperations).mapValues(\.count)
        let convolution = 2 * 2 * 16 * 27 * 4
        let product = 2 * 2 * 16 * 5
        // Three forms of each, and the pooling with its gradient.
        #expect(operations == [convolution: 3, product: 3, 0: 2])
        for kernel in kernels {
            #expect(kernel.program().outputCount == kernel.resultCount, "\(kernel.label)")
        }
    }
}
