/// ADA's control of the augmentation's probability p (Karras et al., "Training generative adversarial networks with limited
/// data", 2020): the mean sign r of the discriminator's decisions on real samples is held at 0.6.
///
/// After every fourth update of the discriminator, p ← p + sign(r − 0.6) · 4 · batch / images, in [0, 1], with r the mean
/// over these updates and `images` those in which p could go from 0 to 1. It is part of the training state.
public struct AdaptiveAugmentation: Sendable, Hashable {
    /// Updates of the discriminator from one change to the next.
    static let interval: UInt64 = 4
    static let target = 0.6

    /// p.
    public internal(set) var probability: Double
    /// Sum of the mean signs of the updates since the last change.
    public internal(set) var signSum: Double

    /// A run's beginning: nothing is augmented.
    public init() { self.init(probability: 0, signSum: 0) }

    public init(probability: Double, signSum: Double) {
        self.probability = probability
        self.signSum = signSum
    }

    /// Takes an update of the discriminator into account.
    ///
    /// - Parameters:
    ///   - sign: the mean sign over the global batch.
    ///   - updates: of the discriminator in this run, with this one.
    ///   - batch: real samples of an update.
    ///   - images: in which p could go from 0 to 1.
    package mutating func record(sign: Double, updates: UInt64, batch: Int, images: Int) {
        signSum += sign
        guard updates % Self.interval == 0 else { return }
        let excess = signSum / Double(Self.interval) - Self.target
        let change = Double(Int(Self.interval) * batch) / Double(images)
        if excess != 0 { probability = min(1, max(0, probability + (excess > 0 ? change : -change))) }
        signSum = 0
    }

    /// Whether a run that has updated its discriminator this often can have this state.
    func isPossible(afterUpdates updates: UInt64) -> Bool {
        (0...1).contains(probability) && abs(signSum) <= Double(updates % Self.interval)
    }
}
