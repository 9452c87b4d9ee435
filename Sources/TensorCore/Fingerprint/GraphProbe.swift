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
        let values = inputs.enumerated().map { slot, shape in
            [Float](unsafeUninitializedCapacity: shape.count) { numbers, count in
                count = shape.count
                numbers.initialize(repeating: 0)
                RandomStream(seed: 1, purpose: .evaluation, step: UInt64(slot)).fillNormal(numbers)
            }
        }
        for value in graph.compile(outputs).evaluate(values, profile: profile) { digest.add(value, count: value.count) }
    }
}
