import TensorCore
import Testing

/// What compilation promises besides the right numbers.
@Suite struct CompilationTests {
    /// Programs that share saved memory give what one program gives, also when the middle one is left out.
    @Test func programsInTurnGiveTheSameBits() {
        let count = 64 * 48
        func build() -> (graph: Graph, first: Tensor, second: Tensor, third: Tensor) {
            let graph = Graph()
            let x = graph.input(slot: 0, shape: [64, 48])
            let w = graph.input(slot: 1, shape: [48, 48])
            let hidden = (x.matmul(w) + 0.5).leakyRelu(slope: 0.2).normalized(axes: [0], epsilon: 1e-5).values
            let second = (hidden * x).tanh().sum(axes: [0])
            let third = hidden.matmul(w, transposeB: true).sum().gradients(by: [w])[0]
            return (graph, hidden, second, third)
        }
        let inputs = [count, 48 * 48].enumerated().map { index, count in
            let vector = AlignedVector(count: count)
            RandomStream(seed: 1, purpose: .latent, step: UInt64(index)).fillNormal(vector.mutableFloats)
            return vector.array
        }

        func outputs(_ select: [Int], separate: Bool) -> [[Float]] {
            let (graph, first, second, third) = build()
            let values = [first, second, third]
            guard separate else { return graph.evaluate(select.map { values[$0] }, inputs) }
            let programs = graph.compile(
                values.enumerated().map { ProgramRequest(outputs: [($1, 0)], after: $0 == 0 ? [] : [0]) })
            return Program.evaluate(select.map { programs[$0] }, inputs).map { $0[0] }
        }
        let whole = outputs([0, 1, 2], separate: false)
        #expect(outputs([0, 1, 2], separate: true) == whole)
        #expect(outputs([0, 2], separate: true) == [whole[0], whole[2]])
    }

    /// A loop writes over an operand only if nothing reads that any more, in whatever way.
    @Test func resultsTakeTheirOperandsPlaces() {
        var trial = Trial()
        let (rows, columns) = (40, 24)
        let x = (0..<rows * columns).map { Float($0 % 13 - 6) }
        let tensor = trial.input(x, shape: [rows, columns])
        let identity = trial.input(
            (0..<columns * columns).map { $0 % (columns + 1) == 0 ? 1 : 0 }, shape: [columns, columns])
        func product(_ x: Tensor) -> Tensor { x.matmul(identity) }

        let last = product(tensor)
        let chain = product(last.relu() + 1)
        let later = product(tensor + 2)
        let readLater = product(later.relu() * later) + later.sum(axes: [0])
        let whole = product(tensor + 3)
        let readAsRow = product(whole * whole.sliced(at: [1, 0], size: [1, columns]))
        let twice = product(tensor + 4)
        let readTwice = (twice.relu() - 1) * twice

        let results = trial.run([chain, readLater, readAsRow, readTwice])
        let relu = { (x: Float) in max(x, 0) }
        let sums = (0..<columns).map { c in (0..<rows).reduce(Float(0)) { $0 + x[$1 * columns + c] + 2 } }
        #expect(results[0] == x.map { relu($0) + 1 })
        #expect(results[1] == x.indices.map { relu(x[$0] + 2) * (x[$0] + 2) + sums[$0 % columns] })
        #expect(results[2] == x.indices.map { (x[$0] + 3) * (x[columns + $0 % columns] + 3) })
        #expect(results[3] == x.map { (relu($0 + 4) - 1) * ($0 + 4) })
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
        let y = (x * z.stopGradient()).sum()
        let gradients = y.gradients(by: [x, z])
        #expect(trial.run(gradients) == [[3, 4], [0, 0]])
    }

    /// A broadcast that a loop reads in place and a later product needs in full.
    @Test func broadcastReadInTwoWays() {
        var trial = Trial()
        let x = trial.input((0..<12).map(Float.init), shape: [4, 3])
        let row = trial.input([1, 2, 3], shape: [3])
        let w = trial.input([1, 0, 0, 1, 1, 1], shape: [3, 2])
        let b = row.broadcast(to: [4, 3])
        let values = trial.run([x * b, b.matmul(w), (b * x).sum(axes: [1])])
        let products: [Float] = [0, 2, 6, 3, 8, 15, 6, 14, 24, 9, 20, 33]
        #expect(values[0] == products)
        #expect(values[1] == [4, 5, 4, 5, 4, 5, 4, 5])
        #expect(values[2] == [8, 26, 44, 62])
    }

    /// Two broadcasts whose patterns together have more axes than a loop.
    @Test func broadcastsOfFourAxes() {
        var trial = Trial()
        let shape: Shape = [2, 3, 4, 5]
        let z = trial.input((0..<120).map(Float.init), shape: shape)
        let m = trial.input((0..<6).map(Float.init), shape: [2, 3, 1, 1])
        let k = trial.input((0..<10).map(Float.init), shape: [2, 1, 1, 5])
        let sum = z + m
        let values = trial.run([sum * k, sum.sum(axes: [1, 2]), (z * m) * k])
        for n in 0..<2 {
            for h in 0..<3 {
                for w in 0..<4 {
                    for c in 0..<5 {
                        let index = ((n * 3 + h) * 4 + w) * 5 + c
                        let (row, channel) = (Float(n * 3 + h), Float(n * 5 + c))
                        let first: Float = (Float(index) + row) * channel
                        let third: Float = Float(index) * row * channel
                        #expect(values[0][index] == first)
                        #expect(values[2][index] == third)
                    }
                }
            }
        }
    }

    /// Few filters and more padding than kernel: the windows of the outputs would begin before them.
    @Test func paddingBeyondTheKernel() {
        var trial = Trial()
        let x = trial.input([Float](repeating: 1, count: 4 * 4 * 16), shape: [1, 4, 4, 16])
        let w = trial.input([Float](repeating: 1, count: 2 * 2 * 16), shape: [2, 2, 16, 1])
        let y = x.convolved(with: w, padding: 3)
        #expect(y.shape == [1, 9, 9, 1])
        let values = trial.run([y, y.sum().gradients(by: [w])[0]])
        let total: Float = 1024
        #expect(values[0].reduce(0, +) == total)
        #expect(values[0][0] == 0)
        #expect(values[0][40] == 64)
        #expect(values[1].allSatisfy { $0 == 16 })
    }

    @Test func indicesBeyondATableGiveZeros() {
        var trial = Trial()
        let table = trial.input([1, 2, 3, 4], shape: [2, 2])
        let indices = trial.input([1, -1, 2, .nan, 0], shape: [5])
        let rows = table.gatheredRows(at: indices)
        let values = trial.run([rows, rows.sum().gradients(by: [table])[0]])
        #expect(values[0] == [3, 4, 0, 0, 0, 0, 0, 0, 1, 2])
        #expect(values[1] == [1, 1, 1, 1])
    }
}
