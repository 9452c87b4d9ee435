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
            let reference = try golden.doubles("\(set)/\(kind.rawValue)/\(name)")
            #expect(value.count == reference.count)
            let largest = reference.reduce(0) { max($0, abs($1)) }
            for (a, b) in zip(value, reference) {
                #expect(abs(Double(a) - b) <= 1e-4 * abs(b) + 1e-5 * largest, "\(name): \(a) instead of \(b)")
            }
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
