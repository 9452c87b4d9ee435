import Adversarial
import Foundation
import Testing

/// The losses of given outputs, by hand, to float32's precision.
struct OutputScoresTests {
    private func scores(
        _ loss: LossKind, isRelativistic: Bool = false, real: [Float], fake: [Float]
    ) -> [String: Double] {
        Recipe(model: .points2D, loss: loss, isRelativistic: isRelativistic).scores(real: real, fake: fake)
    }

    private func near(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-6 } ?? false }

    /// A discriminator that cannot tell: D = ½ everywhere.
    @Test func atTheEquilibrium() {
        let scores = scores(.nonSaturating, real: [0, 0], fake: [0, 0])
        #expect(near(scores["valueFunction"], -log(4)))
        #expect(scores["realScore"] == 0.5 && scores["fakeScore"] == 0.5)
        #expect(near(scores["discriminatorLoss"], log(2)) && near(scores["generatorLoss"], log(2)))
        let minimax = self.scores(.minimax, real: [0], fake: [0])
        #expect(near(minimax["discriminatorLoss"], log(4)) && near(minimax["generatorLoss"], -log(2)))
    }

    /// D(x) = ¾ and D(G(z)) = ¼: logits ±log 3.
    @Test func ofProbabilities() {
        let logit = Float(log(3.0))
        let scores = scores(.minimax, real: [logit], fake: [-logit])
        #expect(near(scores["realScore"], 0.75) && near(scores["fakeScore"], 0.25))
        #expect(near(scores["valueFunction"], 2 * log(0.75)))
        #expect(near(scores["generatorLoss"], log(0.75)))
        let other = self.scores(.nonSaturating, real: [logit], fake: [-logit])
        #expect(near(other["generatorLoss"], -log(0.25)))
    }

    @Test func ofScores() {
        let (real, fake): ([Float], [Float]) = ([2, 0], [-2, 1])
        let squares = scores(.leastSquares, real: real, fake: fake)
        #expect(squares["discriminatorLoss"] == (1 + 2.5) / 2 && squares["generatorLoss"] == 4.5 / 2)
        let hinge = scores(.hinge, real: real, fake: fake)
        #expect(hinge["discriminatorLoss"] == 0.5 + 1 && hinge["generatorLoss"] == 0.5)
        let wasserstein = scores(.wasserstein, real: real, fake: fake)
        #expect(wasserstein["discriminatorLoss"] == -0.5 - 1 && wasserstein["generatorLoss"] == 0.5)
        for scores in [squares, hinge, wasserstein] {
            #expect(scores["valueFunction"] == nil && scores["realScore"] == 1 && scores["fakeScore"] == -0.5)
        }
    }

    /// A relativistic loss compares in pairs, and reports their difference in place of two scores.
    @Test func ofPairs() {
        let (real, fake): ([Float], [Float]) = ([2, 0], [-2, 1])
        let squares = scores(.leastSquares, isRelativistic: true, real: real, fake: fake)
        #expect(squares["discriminatorLoss"] == (9.0 + 4) / 2 && squares["generatorLoss"] == (25.0 + 0) / 2)
        let hinge = scores(.hinge, isRelativistic: true, real: real, fake: fake)
        #expect(hinge["discriminatorLoss"] == (0.0 + 2) / 2 && hinge["generatorLoss"] == (5.0 + 0) / 2)
        #expect(hinge["scoreDifference"] == 1.5)
        #expect(hinge["realScore"] == nil && hinge["fakeScore"] == nil && hinge["valueFunction"] == nil)
    }

    @Test func hugeLogitsDoNotOverflow() {
        let scores = scores(.nonSaturating, real: [1e30], fake: [-1e30])
        #expect(scores["valueFunction"] == 0 && scores["realScore"] == 1 && scores["fakeScore"] == 0)
        #expect(scores["generatorLoss"] == Double(Float(1e30)))
    }
}
