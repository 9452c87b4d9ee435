import NeuralNetworks
import TensorCore
import Testing

/// Layers as a model uses them; the arithmetic itself is held to PyTorch in TensorCoreTests and AdversarialTests.
@Suite struct LayerTests {
    private func run(_ output: Tensor, _ graph: Graph, _ inputs: [[Float]]) -> [Float] {
        graph.evaluate([output], inputs)[0]
    }

    /// Dropout multiplies by the given mask in training and does nothing in inference.
    @Test func dropout() {
        for mode in [ForwardPass.Mode.training, .inference] {
            let graph = Graph()
            let pass = ForwardPass(
                graph: graph, layout: NetworkLayout(), mode: mode, slots: .init(parameters: 0, masks: 1))
            let y = Dropout(rate: 0.5)(graph.input(slot: 0, shape: [2, 2]), pass)
            let values = run(y, graph, [[1, 2, 3, 4], [0, 2, 2, 0]])
            #expect(values == (mode == .training ? [0, 4, 6, 0] : [1, 2, 3, 4]))
            #expect(pass.maskCount == (mode == .training ? 4 : 0))
        }
    }

    @Test func channelDropoutDropsWholeChannels() {
        let graph = Graph()
        let pass = ForwardPass(
            graph: graph, layout: NetworkLayout(), mode: .training, slots: .init(parameters: 0, masks: 1))
        let y = ChannelDropout(rate: 0.5)(graph.input(slot: 0, shape: [1, 1, 2, 2]), pass)
        #expect(run(y, graph, [[1, 2, 3, 4], [0, 2]]) == [0, 4, 0, 8])
    }

    @Test func embeddingTakesRows() {
        var layout = NetworkLayout()
        let embedding = Embedding("e", classes: 3, size: 2, in: &layout)
        let graph = Graph()
        let pass = ForwardPass(graph: graph, layout: layout, mode: .training, slots: .init(parameters: 0))
        let y = embedding(graph.input(slot: 1, shape: [4]), pass)
        #expect(run(y, graph, [[1, 2, 3, 4, 5, 6], [2, 0, 1, 2]]) == [5, 6, 1, 2, 3, 4, 5, 6])
    }

    /// Batch norm in training gives mean 0 and variance 1, and reports the batch's mean and unbiased variance.
    @Test func batchNormReportsItsBatch() {
        var layout = NetworkLayout()
        let norm = BatchNorm("n", features: 1, epsilon: 0, in: &layout)
        let graph = Graph()
        let pass = ForwardPass(graph: graph, layout: layout, mode: .training, slots: .init(parameters: 0))
        let y = norm(graph.input(slot: 1, shape: [4, 1]), pass)
        let reported = Tensor.concatenated(
            [pass.reports[0].value, pass.reports[1].value, y.reshaped(to: [4])], axis: 0)
        let values = run(reported, graph, [[1, 0], [1, 2, 3, 6]])
        #expect(abs(values[0] - 3) < 1e-6)
        #expect(abs(values[1] - 14.0 / 3) < 1e-5)
        #expect(abs(values[2...].reduce(0, +)) < 1e-5)
        #expect(abs(values[2...].reduce(0) { $0 + $1 * $1 } - 4) < 1e-5)
    }

    /// Layer and instance norm give mean 0 and variance 1 over their own axes.
    @Test func layerAndInstanceNorm() {
        let x = (0..<24).map { Float(($0 * 7) % 13) }
        var layout = NetworkLayout()
        let layer = LayerNorm("l", shape: [2, 3, 2], epsilon: 0, in: &layout)
        let instance = InstanceNorm("i", channels: 2, epsilon: 0, in: &layout)
        var parameters = [Float](repeating: 0, count: layout.parameterCount)
        parameters.withUnsafeMutableBufferPointer { layout.initialize($0.baseAddress!, seed: 0, network: 0) }
        for (index, groups) in [12, 6].enumerated() {
            let graph = Graph()
            let pass = ForwardPass(graph: graph, layout: layout, mode: .training, slots: .init(parameters: 0))
            let image = graph.input(slot: 1, shape: [2, 2, 3, 2])
            let y = run(index == 0 ? layer(image, pass) : instance(image, pass), graph, [parameters, x])
            let sums = index == 0 ? [y[0..<12].reduce(0, +)] : [stride(from: 0, to: 12, by: 2).reduce(0) { $0 + y[$1] }]
            #expect(abs(sums[0]) < 1e-5, "mean over \(groups)")
        }
    }
}
