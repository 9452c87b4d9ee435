import NeuralNetworks
import TensorCore

/// A network applied to batches of a fixed size in inference mode: running statistics, no dropout.
public final class Inference {
    public let batch: Int
    /// Elements of one input and of one output.
    public let inputCount: Int
    public let outputCount: Int
    private let program: Program
    private let workspace: Workspace
    private let parameters: ParameterVector
    private let statistics: ParameterVector
    private let input: UnsafeMutablePointer<Float>
    private let output: UnsafeMutablePointer<Float>

    private enum Slot {
        static let input = 0
        static let parameters = 1
        static let statistics = 2
    }

    /// - Parameters:
    ///   - parameters: in the layout's order; kept, not copied.
    public init(
        _ network: Network, recipe: Recipe, batch: Int, parameters: ParameterVector, statistics: ParameterVector
    ) {
        let networks = recipe.makeNetworks()
        let layout = networks.layout(of: network)
        precondition(parameters.count == layout.parameterCount && statistics.count == layout.statisticsCount)
        let graph = Graph()
        let inputShape =
            network == .generator
            ? Shape([batch, recipe.latentSize]) : Shape([batch] + networks.sampleShape.dimensions)
        let x = graph.input(slot: Slot.input, shape: inputShape)
        let pass = ForwardPass(
            graph: graph, layout: layout, mode: .inference,
            slots: .init(parameters: Slot.parameters, statistics: Slot.statistics))
        let y = network == .generator ? networks.generator(x, pass) : networks.discriminator(x, pass)
        program = graph.compile(outputs: [(y, 0)])
        workspace = Workspace(for: [program])
        self.batch = batch
        inputCount = inputShape.count / batch
        outputCount = y.shape.count / batch
        self.parameters = parameters
        self.statistics = statistics
        input = allocateFloats(inputShape.count)
        output = allocateFloats(y.shape.count)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }

    /// Applies the network to any number of inputs, one after the other in `inputs`.
    public func callAsFunction(_ inputs: [Float]) -> [Float] {
        precondition(inputs.count % inputCount == 0, "inputs of \(inputCount) elements each")
        let count = inputs.count / inputCount
        var outputs: [Float] = []
        outputs.reserveCapacity(count * outputCount)
        prepareComputeThread()
        var first = 0
        while first < count {
            // A last batch that is not full repeats nothing: its rest holds zeros.
            let filled = min(batch, count - first)
            input.update(repeating: 0, count: batch * inputCount)
            inputs.withUnsafeBufferPointer {
                input.update(from: $0.baseAddress! + first * inputCount, count: filled * inputCount)
            }
            let slots = [input, parameters.values, statistics.values]
            slots.withUnsafeBufferPointer {
                program.run(inputs: $0, carry: output, output: output, workspace: workspace)
            }
            outputs.append(contentsOf: UnsafeBufferPointer(start: output, count: filled * outputCount))
            first += filled
        }
        return outputs
    }
}

extension TrainingState {
    /// The generator that samples are drawn from: its moving average, or the parameters themselves without one.
    ///
    /// - Parameter averaged: false for the parameters themselves in any case.
    public func sampler(batch: Int = 16, averaged: Bool = true) -> Inference {
        settle()
        let takesAverage = averaged && recipe.averageDecay > 0
        return Inference(
            .generator, recipe: recipe, batch: batch,
            parameters: copy(takesAverage ? averageParameters : generator.parameters),
            statistics: copy(takesAverage ? averageStatistics : generator.statistics))
    }

    public func discriminatorInference(batch: Int = 16) -> Inference {
        settle()
        return Inference(
            .discriminator, recipe: recipe, batch: batch, parameters: copy(discriminator.parameters),
            statistics: copy(discriminator.statistics))
    }

    private func copy(_ vector: ParameterVector) -> ParameterVector {
        let result = ParameterVector(count: vector.count)
        result.values.update(from: vector.values, count: vector.count)
        return result
    }
}
