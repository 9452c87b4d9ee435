import NeuralNetworks
import TensorCore

/// A network applied to batches of a fixed size in inference mode: running statistics, no dropout.
public final class Inference {
    public let batch: Int
    /// Samples that a discriminator decides on at once, and whether its decisions read others of the batch: each sample is
    /// then judged in a pack with those that follow it, and the first ones follow the last.
    private let packing: Int
    private let isCyclic: Bool
    /// Elements of one input and of one output.
    public let inputCount: Int
    public let outputCount: Int
    /// Whether the network needs the classes of its inputs.
    public let isConditional: Bool
    private let program: Program
    private let workspace: Workspace
    private let parameters: ParameterVector
    private let averages: ParameterVector
    private let input: AlignedVector
    private let labels: AlignedVector
    private let output: AlignedVector

    private enum Slot {
        static let input = 0
        static let parameters = 1
        static let averages = 2
        static let labels = 3
    }

    /// - Parameters:
    ///   - parameters: in the layout's order, with the derived buffers behind them; kept, not copied.
    ///   - averages: the buffers that are moving averages.
    public init(
        _ network: Network, recipe: Recipe, batch: Int, parameters: ParameterVector, averages: ParameterVector
    ) {
        let networks = recipe.makeNetworks()
        let layout = networks.layout(of: network)
        precondition(parameters.count == layout.vectorCount && averages.count == layout.averageCount)
        let graph = Graph()
        let packing = network == .discriminator ? recipe.model.packing : 1
        self.packing = packing
        isCyclic = network == .discriminator && (packing > 1 || recipe.model.minibatchStdDev > 0)
        let inputShape =
            network == .generator
            ? Shape([batch, recipe.model.latentSize]) : Shape([batch * packing] + networks.sampleShape.dimensions)
        let x = graph.input(slot: Slot.input, shape: inputShape)
        let conditional = recipe.model.isConditional
        let classes: Tensor? = conditional ? graph.input(slot: Slot.labels, shape: [batch]) : nil
        let pass = ForwardPass(
            graph: graph, layout: layout, mode: .inference,
            slots: .init(parameters: Slot.parameters, averages: Slot.averages),
            labels: classes)
        let y = networks.apply(network, to: x.packed(packing), pass)
        program = graph.compile(outputs: [(y, 0)])
        workspace = Workspace(for: [program])
        self.batch = batch
        inputCount = inputShape.count / (batch * packing)
        outputCount = y.shape.count / batch
        self.parameters = parameters
        self.averages = averages
        isConditional = conditional
        input = AlignedVector(count: inputShape.count)
        labels = AlignedVector(count: batch)
        output = AlignedVector(count: y.shape.count)
    }

    /// Applies the network to any number of inputs, one after the other in `inputs`.
    ///
    /// - Parameter labels: the class of each input, for a conditional network.
    public func callAsFunction(_ inputs: [Float], labels classes: [Int] = []) -> [Float] {
        precondition(inputs.count % inputCount == 0, "inputs of \(inputCount) elements each")
        let count = inputs.count / inputCount
        precondition(!isConditional || classes.count == count, "\(count) inputs with \(classes.count) classes")
        var outputs: [Float] = []
        outputs.reserveCapacity(count * outputCount)
        prepareComputeThread()
        var first = 0
        while first < count {
            let filled = min(batch, count - first)
            fill(from: inputs, first: first, filled: filled)
            if isConditional {
                for place in 0..<batch { labels.pointer[place] = place < filled ? Float(classes[first + place]) : 0 }
            }
            let slots = [input.pointer, parameters.values, averages.values, labels.pointer]
            slots.withUnsafeBufferPointer {
                program.run(inputs: $0, saved: output.pointer, output: output.pointer, workspace: workspace)
            }
            outputs.append(contentsOf: output.floats[..<(filled * outputCount)])
            first += filled
        }
        return outputs
    }

    /// Puts inputs into the batch. A last batch that is not full repeats nothing, unless decisions read others of the batch: its
    /// rest holds zeros.
    private func fill(from inputs: [Float], first: Int, filled: Int) {
        guard isCyclic else {
            input.mutableFloats.update(repeating: 0)
            _ = input.mutableFloats.update(
                fromContentsOf: inputs[first * inputCount..<(first + filled) * inputCount])
            return
        }
        let count = inputs.count / inputCount
        inputs.withUnsafeBufferPointer { source in
            for place in 0..<batch * packing {
                let sample = (first + place / packing + place % packing) % count
                (input.pointer + place * inputCount).update(
                    from: source.baseAddress! + sample * inputCount, count: inputCount)
            }
        }
    }
}

extension TrainingState {
    /// The generator that samples are drawn from: its moving average, or the parameters themselves without one.
    ///
    /// - Parameter averaged: false for the parameters themselves in any case.
    public func sampler(batch: Int = 16, averaged: Bool = true) -> Inference {
        finishUpdates()
        let takesAverage = averaged && recipe.movingAverage.isUsed
        return Inference(
            .generator, recipe: recipe, batch: batch,
            parameters: copy(takesAverage ? emaParameters : generator.parameters),
            averages: copy(takesAverage ? emaAverages : generator.averages))
    }

    public func discriminatorInference(batch: Int = 16) -> Inference {
        finishUpdates()
        return Inference(
            .discriminator, recipe: recipe, batch: batch, parameters: copy(discriminator.parameters),
            averages: copy(discriminator.averages))
    }

    private func copy(_ vector: ParameterVector) -> ParameterVector {
        let result = ParameterVector(count: vector.count)
        result.values.update(from: vector.values, count: vector.count)
        return result
    }
}
