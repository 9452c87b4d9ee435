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
        var offset = 0
        var requests: [(tensor: Tensor, offset: Int)] = []
        for output in outputs {
            requests.append((output, offset))
            offset += output.shape.count
        }
        let program = graph.compile(outputs: requests)
        return execute([program], outputs: outputs, count: offset)
    }

    /// What the instructions of a program with these outputs are called.
    func labels(_ outputs: [Tensor]) -> [String] {
        prepareComputeThread()
        var offset = 0
        let program = graph.compile(
            outputs: outputs.map { output in
                defer { offset += output.shape.count }
                return (output, offset)
            })
        let (slots, output) = (slots(), allocateFloats(offset))
        let workspace = Workspace(for: [program])
        defer {
            for slot in slots { slot.deallocate() }
            output.deallocate()
        }
        let profile = InstructionProfile()
        slots.withUnsafeBufferPointer {
            program.run(inputs: $0, carry: output, output: output, workspace: workspace, profile: profile)
        }
        return profile.entries.map(\.label)
    }

    private func slots() -> [UnsafeMutablePointer<Float>] {
        values.map { values in
            let memory = allocateFloats(values.count)
            memory.update(from: values, count: values.count)
            return memory
        }
    }

    private func execute(_ programs: [Program], outputs: [Tensor], count: Int) -> [[Float]] {
        prepareComputeThread()
        let slots = slots()
        let carry = allocateFloats(programs.map(\.carryCount).max() ?? 0)
        let output = allocateFloats(count)
        let workspace = Workspace(for: programs)
        defer {
            for slot in slots { slot.deallocate() }
            carry.deallocate()
            output.deallocate()
        }
        var runs: [[Float]] = []
        for _ in 0..<2 {
            output.update(repeating: .nan, count: count)
            for program in programs {
                slots.withUnsafeBufferPointer {
                    program.run(inputs: $0, carry: carry, output: output, workspace: workspace)
                }
            }
            runs.append(Array(UnsafeBufferPointer(start: output, count: count)))
        }
        precondition(zip(runs[0], runs[1]).allSatisfy { $0.bitPattern == $1.bitPattern }, "two runs differ")
        var result: [[Float]] = []
        var first = 0
        for tensor in outputs {
            result.append(Array(runs[1][first..<first + tensor.shape.count]))
            first += tensor.shape.count
        }
        return result
    }
}
