import TensorCore
import Testing

/// What compilation promises besides the right numbers.
@Suite struct CompilationTests {
    /// Programs that share carried memory give what one program gives, also when the middle one is left out.
    @Test func programsInTurnGiveTheSameBits() {
        let count = 64 * 48
        func build() -> (graph: Graph, first: Tensor, second: Tensor, third: Tensor) {
            let graph = Graph()
            let x = graph.input(slot: 0, shape: [64, 48])
            let w = graph.input(slot: 1, shape: [48, 48])
            let hidden = (x.matrixProduct(w) + 0.5).leakyRelu(slope: 0.2).normalized(axes: [0], epsilon: 1e-5).values
            let second = (hidden * x).hyperbolicTangent().sum(axes: [0])
            let third = hidden.matrixProduct(w, transposeB: true).sum().gradients(by: [w])[0]
            return (graph, hidden, second, third)
        }
        let inputs = [count, 48 * 48].enumerated().map { index, count in
            let memory = allocateFloats(count)
            RandomStream(seed: 1, purpose: .latent, step: UInt64(index))
                .fillNormal(UnsafeMutableBufferPointer(start: memory, count: count))
            return memory
        }
        defer { for input in inputs { input.deallocate() } }
        prepareComputeThread()

        func outputs(_ select: [Int], separate: Bool) -> [[Float]] {
            let (graph, first, second, third) = build()
            let values = [first, second, third]
            let programs =
                separate
                ? graph.compile(
                    values.enumerated().map { ProgramRequest(outputs: [($1, 0)], after: $0 == 0 ? [] : [0]) })
                : values.map { graph.compile(outputs: [($0, 0)]) }
            let carry = allocateFloats(programs.map(\.carryCount).max()!)
            defer { carry.deallocate() }
            let workspace = Workspace(for: programs)
            return select.map { index in
                let output = allocateFloats(values[index].shape.count)
                defer { output.deallocate() }
                inputs.withUnsafeBufferPointer {
                    programs[index].run(inputs: $0, carry: carry, output: output, workspace: workspace)
                }
                return Array(UnsafeBufferPointer(start: output, count: values[index].shape.count))
            }
        }
        let whole = outputs([0, 1, 2], separate: false)
        #expect(outputs([0, 1, 2], separate: true) == whole)
        #expect(outputs([0, 2], separate: true) == [whole[0], whole[2]])
    }

    /// A gradient is a graph: ∂³/∂x³ of x⁴ is 24x.
    @Test func derivativesOfDerivatives() {
        var trial = Trial()
        let x = trial.input([1, -2, 0.5], shape: [3])
        var y = (x * x) * (x * x)
        for _ in 0..<3 { y = y.sum().gradients(by: [x])[0] }
        for (value, expected) in zip(trial.run([y])[0], [24, -48, 12] as [Float]) {
            #expect(abs(value - expected) < 1e-4)
        }
    }

    /// What does not depend on a variable has gradient zero, and identities stop gradients.
    @Test func gradientsThatAreZero() {
        var trial = Trial()
        let x = trial.input([1, 2], shape: [2])
        let z = trial.input([3, 4], shape: [2])
        let y = (x * z.withoutGradient()).sum()
        let gradients = y.gradients(by: [x, z])
        #expect(trial.run(gradients) == [[3, 4], [0, 0]])
    }

    @Test func fingerprintIsRepeatable() {
        let fingerprint = NumericFingerprint.compute()
        #expect(fingerprint.count == 16)
        #expect(NumericFingerprint.compute() == fingerprint)
    }
}
