import Adversarial
import TensorCore
import Testing

/// The losses and their gradients by the logits, against PyTorch in float64.
@Suite struct LossTests {
    @Test(arguments: LossKind.allCases, ["plain", "wide"]) func matchesPyTorch(_ kind: LossKind, _ set: String) throws {
        let loss = AdversarialLoss(kind)
        let golden = try GoldenFile("losses")
        let real = try golden.doubles("\(set)/real").map(Float.init)
        let fake = try golden.doubles("\(set)/fake").map(Float.init)
        let graph = Graph()
        let shape: Shape = [real.count, 1]
        let realLogits = graph.input(slot: 0, shape: shape)
        let fakeLogits = graph.input(slot: 1, shape: shape)
        let discriminator = loss.discriminatorLoss(real: realLogits, fake: fakeLogits)
        let generator = loss.generatorLoss(real: realLogits, fake: fakeLogits)
        let gradients = discriminator.gradients(by: [realLogits, fakeLogits])
        let names = ["discriminator", "generator", "discriminator/dreal", "discriminator/dfake", "generator/dfake"]
        let values = [discriminator, generator] + gradients + generator.gradients(by: [fakeLogits])
        let computed = graph.evaluate(values, [real, fake])
        for (name, value) in zip(names, computed) {
            try expect(value, toMatch: try golden.doubles("\(set)/\(kind.rawValue)/\(name)"), name)
        }
    }

    /// Relativistic losses: both networks', and their gradients by the outputs for real and for fake samples.
    @Test(arguments: LossKind.allCases.filter(\.allowsRelativistic), ["plain", "wide"])
    func relativisticMatchesPyTorch(_ kind: LossKind, _ set: String) throws {
        let loss = AdversarialLoss(kind, isRelativistic: true)
        let golden = try GoldenFile("losses")
        let values = try ["real", "fake"].map { try golden.doubles("\(set)/\($0)").map(Float.init) }
        let graph = Graph()
        let (real, fake) = (
            graph.input(slot: 0, shape: [values[0].count, 1]), graph.input(slot: 1, shape: [values[1].count, 1])
        )
        var outputs: [(name: String, tensor: Tensor)] = []
        for (network, value) in [
            ("discriminator", loss.discriminatorLoss(real: real, fake: fake)),
            ("generator", loss.generatorLoss(real: real, fake: fake)),
        ] {
            outputs.append((network, value))
            for (name, gradient) in zip(["dreal", "dfake"], value.gradients(by: [real, fake])) {
                outputs.append(("\(network)/\(name)", gradient))
            }
        }
        for (output, computed) in zip(outputs, graph.evaluate(outputs.map(\.tensor), values)) {
            let key = "\(set)/\(kind.rawValue)/relativistic/\(output.name)"
            try expect(computed, toMatch: try golden.doubles(key), key)
        }
    }

    /// R1 and R2, and R3GAN's loss of the discriminator with both, on a small network: values and gradients by its weights.
    @Test func penaltiesMatchPyTorch() throws {
        let golden = try GoldenFile("losses")
        let graph = Graph()
        let shapes: [(name: String, shape: Shape)] = [
            ("real", [8, 3]), ("fake", [8, 3]), ("w1", [12, 3]), ("b1", [12]), ("w2", [10, 12]), ("b2", [10]),
            ("w3", [1, 10]), ("b3", [1]),
        ]
        let inputs = shapes.indices.map { graph.input(slot: $0, shape: shapes[$0].shape) }
        let values = try shapes.map { try golden.doubles("penalties/\($0.name)").map(Float.init) }
        func network(_ x: Tensor) -> Tensor {
            let first = (x.matmul(inputs[2], transposeB: true) + inputs[3]).tanh()
            let second = (first.matmul(inputs[4], transposeB: true) + inputs[5]).leakyRelu(slope: 0.2)
            return second.matmul(inputs[6], transposeB: true) + inputs[7]
        }
        let (onReal, onFake) = (network(inputs[0]), network(inputs[1]))
        let r1 = GradientPenalty.zeroCentred(outputs: onReal, samples: inputs[0])
        let r2 = GradientPenalty.zeroCentred(outputs: onFake, samples: inputs[1])
        let adversarial = AdversarialLoss(.nonSaturating, isRelativistic: true)
        let loss = adversarial.discriminatorLoss(real: onReal, fake: onFake) + r1 * 0.5 + r2 * 0.5
        for (name, value) in [("r1", r1), ("r2", r2), ("loss", loss)] {
            let gradients = value.gradients(by: Array(inputs[2...]))
            let computed = graph.evaluate([value] + gradients, values)
            try expect(computed[0], toMatch: try golden.doubles("penalties/\(name)"), name)
            for (weight, gradient) in zip(shapes[2...], computed[1...]) {
                let key = "penalties/\(name)/d\(weight.name)"
                try expect(gradient, toMatch: try golden.doubles(key), key)
            }
        }
    }

    private func expect(_ values: [Float], toMatch reference: [Double], _ name: String) throws {
        #expect(values.count == reference.count, "\(name)")
        let largest = reference.reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(values, reference) {
            #expect(abs(Double(a) - b) <= 1e-4 * abs(b) + 1e-5 * largest, "\(name): \(a) instead of \(b)")
        }
    }

    /// At D = 1/2 everywhere, the equilibrium, V(D, G) = −log 4 (Goodfellow et al., 2014, theorem 1).
    @Test func valueAtEquilibrium() throws {
        let graph = Graph()
        let logits = graph.input(slot: 0, shape: [8, 1])
        let value = AdversarialLoss(.minimax).valueFunction(real: logits, fake: logits)
        let computed = graph.evaluate([value], [[Float](repeating: 0, count: 8)])
        #expect(abs(computed[0][0] + 1.3862944) < 1e-6)
    }
}
