/// A graph on random inputs, the same on every machine, whose outputs are compared by their bits.
public struct GraphProbe {
    public let graph = Graph()
    private var inputs: [Shape] = []

    public init() {}

    /// An input slot of normal numbers.
    public mutating func input(_ shape: Shape) -> Tensor {
        inputs.append(shape)
        return graph.input(slot: inputs.count - 1, shape: shape)
    }

    /// Compiles a program with these outputs, runs it once and adds what it gives.
    ///
    /// The calling thread must have been prepared by `prepareComputeThread()`.
    public func run(_ outputs: [Tensor], into digest: inout NumericDigest, profile: InstructionProfile? = nil) {
        var count = 0
        let program = graph.compile(
            outputs: outputs.map { output in
                defer { count += output.shape.count }
                return (tensor: output, offset: count)
            })
        let slots = inputs.enumerated().map { slot, shape in
            let memory = allocateFloats(shape.count)
            RandomStream(seed: 1, purpose: .evaluation, step: UInt64(slot))
                .fillNormal(UnsafeMutableBufferPointer(start: memory, count: shape.count))
            return memory
        }
        let (carry, result) = (allocateFloats(program.carryCount), allocateFloats(count))
        defer { for memory in slots + [carry, result] { memory.deallocate() } }
        slots.withUnsafeBufferPointer {
            program.run(
                inputs: $0, carry: carry, output: result, workspace: Workspace(for: [program]), profile: profile)
        }
        digest.add(result, count: count)
    }
}
