import NeuralNetworks
import TensorCore
import Testing

/// Norms, conditions and spectral normalisation against PyTorch in float64: outputs, gradients, gradients of a penalty on
/// the gradient by the input, buffers.
@Suite struct GoldenLayerTests {
    private static let golden = Result { try GoldenLayers() }
    private static let cases = (try? golden.get().cases) ?? []
    private static let spectralCases = cases.filter(\.isSpectral)
    private static let statisticsCases = cases.filter { $0.layer == "conditionalBatchNorm" }

    @Test func fileHasCases() throws {
        #expect(try Self.golden.get().cases.count >= 16)
    }

    /// The output in training mode and its gradients of first and second order.
    @Test(arguments: cases) func matchesPyTorch(_ trial: GoldenLayers.Case) throws {
        let golden = try Self.golden.get()
        var layout = NetworkLayout()
        let layer = try trial.build(in: &layout)
        #expect(Set(layout.parameters.map(\.name)) == Set(trial.parameters))
        let graph = Graph()
        let input = try self.input(trial, golden, graph)
        let pass = ForwardPass(
            graph: graph, layout: layout, mode: .training, slots: .init(parameters: 1), labels: input.labels)
        let y = try layer(input.x, pass)
        let upstream = try self.upstream(trial, golden, graph, y.shape)
        let slots = [
            input.values, try vector(trial, golden, layout, buffers: "buffer16"), upstream.values, input.labelValues,
        ]

        var outputs: [(key: String, tensor: Tensor, order: TorchOrder)] = [("y", y, upstream.order)]
        let variables = pass.parameters + [input.x].compactMap(\.self)
        let names = layout.parameters.map { ("gradient/\($0.name)", $0.order) } + [("dx", input.order)]
        func add(_ prefix: String, gradientsOf value: Tensor) {
            for ((name, order), gradient) in zip(names, value.gradients(by: variables)) {
                outputs.append((prefix + name, gradient, order))
            }
        }
        add("", gradientsOf: (upstream.tensor * y).sum())
        if let x = input.x {
            let activated = trial.attributes.activation == "tanh" ? y.tanh() : y.leakyRelu(slope: 0.2)
            let slope = (upstream.tensor * activated).sum().gradients(by: [x])[0]
            let penalty = slope.squared().sum() * (0.5 / Float(x.shape[0]))
            outputs.append(("penalty", penalty, TorchOrder(shape: [1])))
            add("penalty/", gradientsOf: penalty)
        }
        for (output, values) in zip(outputs, graph.evaluate(outputs.map(\.tensor), slots)) {
            try expect(output.order.toTorch(values), toMatch: output.key, trial, golden)
        }
    }

    /// u and v after the fifteen iterations of a start, and after one more.
    @Test(arguments: spectralCases) func powerIterations(_ trial: GoldenLayers.Case) throws {
        let golden = try Self.golden.get()
        for (iterations, before, after) in [(15, "buffer", "buffer15"), (1, "buffer15", "buffer16")] {
            var layout = NetworkLayout()
            _ = try trial.build(iterations: iterations, in: &layout)
            #expect(Set(layout.buffers.map(\.name)) == Set(trial.buffers))
            var vector = try self.vector(trial, golden, layout, buffers: before)
            vector.withUnsafeMutableBufferPointer { layout.updateDerived($0.baseAddress!, from: $0.baseAddress!) }
            for buffer in layout.buffers {
                let start = layout.parameterCount + buffer.offset
                let values = buffer.order.toTorch(vector[start..<start + buffer.shape.count])
                try expect(values, toMatch: "\(after)/\(buffer.name)", trial, golden)
            }
        }
    }

    /// What a training pass reports moves the running statistics by a tenth; the inference that follows reads them.
    @Test(arguments: statisticsCases) func runningStatistics(_ trial: GoldenLayers.Case) throws {
        let golden = try Self.golden.get()
        var layout = NetworkLayout()
        let layer = try trial.build(in: &layout)
        let graph = Graph()
        let input = try self.input(trial, golden, graph)
        func pass(_ mode: ForwardPass.Mode) -> ForwardPass {
            ForwardPass(
                graph: graph, layout: layout, mode: mode, slots: .init(parameters: 1, averages: 2),
                labels: input.labels)
        }
        let training = pass(.training)
        _ = try layer(input.x, training)
        let evaluated = try layer(input.x, pass(.inference))
        var averages = [Float](repeating: 0, count: layout.averageCount)
        let parameters = try vector(trial, golden, layout, buffers: nil)
        let reports = graph.evaluate(
            training.reports.map(\.value), [input.values, parameters, averages, input.labelValues])
        for (report, values) in zip(training.reports, reports) {
            let buffer = layout.buffers[report.buffer]
            let start = buffer.order.fromTorch(try golden.doubles(trial, "buffer/\(buffer.name)").map(Float.init))
            let next = zip(start, values).map { $0 + 0.1 * ($1 - $0) }
            averages.replaceSubrange(buffer.offset..<buffer.offset + next.count, with: next)
            try expect(buffer.order.toTorch(next), toMatch: "buffer1/\(buffer.name)", trial, golden)
        }
        #expect(training.reports.count == trial.buffers.count)
        let y = graph.evaluate([evaluated], [input.values, parameters, averages, input.labelValues])[0]
        try expect(input.order.toTorch(y), toMatch: "evaluation/y", trial, golden)
    }

    // MARK: Inputs

    /// Samples in slot 0 and labels in slot 3.
    private func input(_ trial: GoldenLayers.Case, _ golden: GoldenLayers, _ graph: Graph) throws -> (
        x: Tensor?, order: TorchOrder, values: [Float], labels: Tensor?, labelValues: [Float]
    ) {
        let labelValues =
            golden.shape(trial, "labels") == nil ? [0] : try golden.doubles(trial, "labels").map(Float.init)
        let labels =
            golden.shape(trial, "labels") == nil ? nil : graph.input(slot: 3, shape: [labelValues.count])
        guard let shape = golden.shape(trial, "x") else {
            return (nil, TorchOrder(shape: []), [0], labels, labelValues)
        }
        let (order, ours) = golden.order(shape, image: trial.attributes.image ?? trial.attributes.inputImage)
        let values = order.fromTorch(try golden.doubles(trial, "x").map(Float.init))
        return (graph.input(slot: 0, shape: ours), order, values, labels, labelValues)
    }

    /// What y is weighted with, in slot 2.
    private func upstream(
        _ trial: GoldenLayers.Case, _ golden: GoldenLayers, _ graph: Graph, _ shape: Shape
    ) throws -> (tensor: Tensor, order: TorchOrder, values: [Float]) {
        let order = golden.order(
            try #require(golden.shape(trial, "upstream")), image: trial.attributes.image ?? trial.attributes.outputImage
        ).order
        let values = order.fromTorch(try golden.doubles(trial, "upstream").map(Float.init))
        #expect(values.count == shape.count)
        return (graph.input(slot: 2, shape: shape), order, values)
    }

    /// The network's vector: parameters, and behind them derived buffers as the file has them under `buffers`.
    private func vector(
        _ trial: GoldenLayers.Case, _ golden: GoldenLayers, _ layout: NetworkLayout, buffers: String?
    ) throws -> [Float] {
        var vector = [Float](repeating: 0, count: layout.vectorCount)
        for entry in layout.parameters {
            let values = entry.order.fromTorch(try golden.doubles(trial, "parameter/\(entry.name)").map(Float.init))
            vector.replaceSubrange(entry.offset..<entry.offset + values.count, with: values)
        }
        guard let buffers, trial.isSpectral else { return vector }
        for entry in layout.buffers {
            let values = entry.order.fromTorch(try golden.doubles(trial, "\(buffers)/\(entry.name)").map(Float.init))
            let start = layout.parameterCount + entry.offset
            vector.replaceSubrange(start..<start + values.count, with: values)
        }
        return vector
    }

    // MARK: Comparison

    /// PyTorch in float32 stays within a quarter of this.
    private func expect(
        _ values: [Float], toMatch key: String, _ trial: GoldenLayers.Case, _ golden: GoldenLayers
    ) throws {
        let reference = try golden.doubles(trial, key)
        #expect(values.count == reference.count, "\(key)")
        let largest = reference.reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(values, reference) {
            #expect(abs(Double(a) - b) <= 1e-4 * abs(b) + 1e-5 * largest, "\(key): \(a) instead of \(b)")
        }
    }
}
