import NeuralNetworks
import Testing

/// Adam against the paper's formulas in double precision.
@Suite struct AdamTests {
    @Test(arguments: [0.0, 0.5, 0.9]) func followsThePaper(_ beta1: Double) {
        let adam = Adam(beta1: beta1, beta2: 0.999, epsilon: 1e-8)
        let count = 37
        var p = (0..<count).map { Float($0) / 10 - 1 }
        var m = [Float](repeating: 0, count: count)
        var v = m
        var reference = p.map(Double.init)
        var (m2, v2) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        for step in 1...20 {
            let g = (0..<count).map { Float(($0 * 7 + step * 3) % 11) - 5 }
            adam.update(
                step: UInt64(step), learningRate: 0.01, parameters: p, next: &p, firstMoment: &m, secondMoment: &v,
                gradient: g, count: count)
            for i in 0..<count {
                m2[i] = beta1 * m2[i] + (1 - beta1) * Double(g[i])
                v2[i] = 0.999 * v2[i] + 0.001 * Double(g[i]) * Double(g[i])
                let corrected = m2[i] / (1 - power(beta1, step))
                reference[i] -= 0.01 * corrected / ((v2[i] / (1 - power(0.999, step))).squareRoot() + 1e-8)
            }
        }
        for (a, b) in zip(p, reference) { #expect(abs(Double(a) - b) < 2e-6, "\(a) instead of \(b)") }
    }

    /// The first step moves every parameter by the learning rate against the gradient's sign, whatever its size.
    @Test func firstStepIsTheLearningRate() {
        var p: [Float] = [0, 0, 0]
        var m: [Float] = [0, 0, 0]
        var v: [Float] = [0, 0, 0]
        Adam().update(
            step: 1, learningRate: 0.125, parameters: p, next: &p, firstMoment: &m, secondMoment: &v,
            gradient: [1000, -0.5, 1e-3], count: 3)
        for (value, expected) in zip(p, [-0.125, 0.125, -0.125] as [Float]) { #expect(abs(value - expected) < 2e-6) }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { product, _ in product * base }
    }
}
