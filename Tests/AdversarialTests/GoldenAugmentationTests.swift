import Adversarial
import Foundation
import TensorCore
import TestSupport
import Testing

/// DiffAugment with given draws against PyTorch in float64: images, gradients, and the second order that R1 needs.
@Suite struct GoldenAugmentationTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var policy: String
        var probability: Double
        /// `[n, channels, height, width]`
        var shape: [Int]
        var testDescription: String { name }
    }

    private static func cases() -> [(number: Int, Case)] {
        guard let json = try? GoldenFile("augmentation").file.metadata["cases"],
            let cases = try? JSONDecoder().decode([Case].self, from: Data(json.utf8))
        else { return [] }
        return cases.enumerated().map { (number: $0.offset, $0.element) }
    }

    @Test func allCasesAreThere() { #expect(Self.cases().count >= 8) }

    @Test(arguments: cases()) func matchesPyTorch(_ number: Int, _ trial: Case) throws {
        let golden = try GoldenFile("augmentation")
        let (batch, channels, height, width) = (trial.shape[0], trial.shape[1], trial.shape[2], trial.shape[3])
        let sample: Shape = [height, width, channels]
        let seed = 9000 + 10 * number
        func images(_ seed: Int) -> [Float] {
            GoldenFile.fromTorch(
                GoldenFile.symmetric(seed: seed, count: batch * sample.count), batch: batch, sample: sample)
        }
        let draws = AugmentationDraws(
            Augmentation(try #require(Augmentation.transforms(policy: trial.policy))), batch: batch, height: height,
            width: width)
        var values = [Float](repeating: .nan, count: draws.count)
        let uniforms = (0..<AugmentationDraws.uniformsPerSample * batch).map {
            HashedNumbers.uniform(seed: seed + 1, $0)
        }
        draws.fill(&values, uniforms: uniforms, probability: trial.probability)

        let graph = Graph()
        let shape: Shape = [batch, height, width, channels]
        let (x, w) = (graph.input(slot: 0, shape: shape), graph.input(slot: 1, shape: shape))
        // Draws that do not begin where their input begins.
        let y = DiffAugment(draws: draws, slot: 2)(x, graph: graph, offset: 3)
        let penalty = (w * y.tanh()).sum().gradients(by: [x])[0].squared().sum() * 0.5
        let outputs = [y, (w * y).sum().gradients(by: [x])[0], penalty, penalty.gradients(by: [x])[0]]
        let computed = graph.evaluate(outputs, [images(seed), images(seed + 2), [0, 0, 0] + values])
        for (key, values) in zip(["y", "dx", "penalty", "penalty/dx"], computed) {
            let reference = try golden.doubles("\(trial.name)/\(key)")
            let ordered =
                values.count == 1 ? values : GoldenFile.toTorch(values, batch: batch, sample: sample)
            let kept =
                ordered.count <= 200 ? ordered : (0..<200).map { ordered[$0 * ordered.count / 200] }
            #expect(kept.count == reference.count)
            let largest = reference.reduce(0) { max($0, abs($1)) }
            for (a, b) in zip(kept, reference) {
                #expect(
                    abs(Double(a) - b) <= 1e-4 * abs(b) + 1e-5 * largest, "\(trial.name)/\(key): \(a) instead of \(b)")
            }
        }
        // What a transform leaves alone stays exactly as it was.
        if trial.probability == 0 { #expect(computed[0] == images(seed)) }
    }
}
