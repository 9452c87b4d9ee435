import Adversarial

/// What a step says of the game between the networks, in words for a person.
package enum ScoreText {
    /// "V(D,G) -1.386", "D(x) 0.50", "D(G(z)) 0.50"; for relativistic losses "D(x)-D(G(z)) 0.31": what the loss reports.
    package static func parts(_ metrics: StepMetrics) -> [String] {
        var parts: [String] = []
        if let value = metrics.valueFunction { parts.append("V(D,G) \(ProgressText.fixed(value, 3))") }
        if let score = metrics.realScore { parts.append("D(x) \(ProgressText.fixed(score, 2))") }
        if let score = metrics.fakeScore { parts.append("D(G(z)) \(ProgressText.fixed(score, 2))") }
        if let difference = metrics.scoreDifference {
            parts.append("D(x)-D(G(z)) \(ProgressText.fixed(difference, 2))")
        }
        return parts
    }
}
