extension Program {
    /// Runs the program on memory of its own: for tests and what is computed once. The calling thread is prepared for
    /// computing.
    ///
    /// - Parameters:
    ///   - inputs: the numbers of each input slot, at least as many as the program reads there.
    ///   - workspace: used memory to run on; by default, memory of its own.
    ///   - profile: takes down what each instruction did and how long it took.
    /// - Returns: the outputs in the order in which they were requested.
    public func evaluate(
        _ inputs: [[Float]], workspace: Workspace? = nil, profile: InstructionProfile? = nil
    ) -> [[Float]] {
        Self.evaluate([self], inputs, workspace: workspace, profile: profile)[0]
    }

    /// Runs programs of one compilation one after the other, with the same saved memory.
    ///
    /// - Returns: for each program its outputs in the order in which they were requested.
    public static func evaluate(
        _ programs: [Program], _ inputs: [[Float]], workspace: Workspace? = nil, profile: InstructionProfile? = nil
    ) -> [[[Float]]] {
        prepareComputeThread()
        let workspace = workspace ?? Workspace(for: programs)
        let saved = AlignedVector(count: programs.map(\.savedCount).max() ?? 0)
        let memories = inputs.map { AlignedVector($0) }
        let slots = memories.map(\.pointer)
        return programs.map { program in
            for (slot, count) in program.inputCounts {
                precondition(
                    slot < inputs.count && inputs[slot].count >= count,
                    "input slot \(slot): \(slot < inputs.count ? inputs[slot].count : 0) numbers instead of \(count)")
            }
            let output = AlignedVector(uninitialized: program.outputCount)
            // What an error left out does not look like a result.
            output.pointer.initialize(repeating: .nan, count: max(1, output.count))
            withExtendedLifetime(memories) {
                slots.withUnsafeBufferPointer {
                    program.run(
                        inputs: $0, saved: saved.pointer, output: output.pointer, workspace: workspace,
                        profile: profile)
                }
            }
            return program.outputs.map { Array(output.floats[$0]) }
        }
    }
}

extension Graph {
    /// The values of tensors: compiled, and run once on memory of its own.
    public func evaluate(_ tensors: [Tensor], _ inputs: [[Float]]) -> [[Float]] {
        compile(tensors).evaluate(inputs)
    }

    /// Compiles one program whose outputs lie one after the other.
    public func compile(_ tensors: [Tensor]) -> Program {
        var count = 0
        return compile(
            outputs: tensors.map { tensor in
                defer { count += tensor.shape.count }
                return (tensor: tensor, offset: count)
            })
    }
}
