import TensorCore

/// A graph with its inputs' values, to be compiled and run once.
struct Trial {
    let graph = Graph()
    private var values: [[Float]] = []

    mutating func input(_ values: [Float], shape: Shape) -> Tensor {
        precondition(values.count == shape.count)
        self.values.append(values)
        return graph.input(slot: self.values.count - 1, shape: shape)
    }

    /// Compiles a program with these outputs, runs it twice (the second time on used memory), and returns the values.
    func run(_ outputs: [Tensor]) -> [[Float]] {
        let program = graph.compile(outputs)
        let workspace = Workspace(for: [program])
        let runs = (0..<2).map { _ in program.evaluate(values, workspace: workspace) }
        let isSame = zip(runs[0], runs[1]).allSatisfy { zip($0, $1).allSatisfy { $0.bitPattern == $1.bitPattern } }
        precondition(isSame, "two runs differ")
        return runs[1]
    }

    /// What the instructions of a program with these outputs are called.
    func labels(_ outputs: [Tensor]) -> [String] {
        let profile = InstructionProfile()
        _ = graph.compile(outputs).evaluate(values, profile: profile)
        return profile.entries.map(\.label)
    }
}
