import Adversarial
import Foundation
import Runs
import Testing

/// The losses of given outputs, by hand.
struct AdversarialScoresTests {
    /// A discriminator that cannot tell: D = ½ everywhere.
    @Test func atTheEquilibrium() {
        let scores = AdversarialScores(loss: .nonSaturating, real: [0, 0], fake: [0])
        #expect(abs(scores.value! + log(4)) < 1e-15)
        #expect(scores.realScore == 0.5 && scores.fakeScore == 0.5)
        #expect(abs(scores.discriminatorLoss - log(2)) < 1e-15 && abs(scores.generatorLoss - log(2)) < 1e-15)
        let minimax = AdversarialScores(loss: .minimax, real: [0], fake: [0])
        #expect(abs(minimax.discriminatorLoss - log(4)) < 1e-15 && abs(minimax.generatorLoss + log(2)) < 1e-15)
    }

    /// D(x) = ¾ and D(G(z)) = ¼: logits ±log 3.
    @Test func ofProbabilities() {
        let logit = Float(log(3.0))
        let scores = AdversarialScores(loss: .minimax, real: [logit], fake: [-logit])
        #expect(abs(scores.realScore - 0.75) < 1e-7 && abs(scores.fakeScore - 0.25) < 1e-7)
        #expect(abs(scores.value! - 2 * log(0.75)) < 1e-7)
        #expect(abs(scores.generatorLoss - log(0.75)) < 1e-7)
        let other = AdversarialScores(loss: .nonSaturating, real: [logit], fake: [-logit])
        #expect(abs(other.generatorLoss + log(0.25)) < 1e-7)
    }

    @Test func ofScores() {
        let (real, fake): ([Float], [Float]) = ([2, 0], [-2, 1])
        let squares = AdversarialScores(loss: .leastSquares, real: real, fake: fake)
        #expect(squares.discriminatorLoss == (1 + 2.5) / 2 && squares.generatorLoss == 4.5 / 2)
        let hinge = AdversarialScores(loss: .hinge, real: real, fake: fake)
        #expect(hinge.discriminatorLoss == 0.5 + 1 && hinge.generatorLoss == 0.5)
        let wasserstein = AdversarialScores(loss: .wasserstein, real: real, fake: fake)
        #expect(wasserstein.discriminatorLoss == -0.5 - 1 && wasserstein.generatorLoss == 0.5)
        for scores in [squares, hinge, wasserstein] {
            #expect(scores.value == nil && scores.realScore == 1 && scores.fakeScore == -0.5)
        }
    }

    @Test func hugeLogitsDoNotOverflow() {
        let scores = AdversarialScores(loss: .nonSaturating, real: [1e30], fake: [-1e30])
        #expect(scores.value == 0 && scores.realScore == 1 && scores.fakeScore == 0)
        #expect(scores.generatorLoss == Double(Float(1e30)))
    }
}
