import Foundation

/// What a classifier makes of generated images: the score exp(E KL(p(y|x) ‖ p(y))) (Salimans et al., "Improved techniques for
/// training GANs", 2016; with Inception-v3 it is the Inception score), and which class it takes each image for.
package struct ClassifierScore: Sendable {
    package let count: Int
    package let classes: Int
    /// From 1, for images that are all alike or of which no class can be told, to the number of classes.
    package var score: Double { score(of: 0..<count) }
    /// Images by the most probable class; of equally probable ones, the first.
    package let histogram: [Int]
    /// The most probable class of each image.
    package let predictions: [Int]
    private let probabilities: [Float]
    /// Σ p log p of each image.
    private let negativeEntropies: [Double]

    /// - Parameter probabilities: p(y|x), [count, classes].
    package init(probabilities: [Float], classes: Int) {
        precondition(classes > 0 && probabilities.count % classes == 0, "an image has \(classes) probabilities")
        let count = probabilities.count / classes
        var histogram = [Int](repeating: 0, count: classes)
        var predictions: [Int] = []
        negativeEntropies = (0..<count).map { image in
            let row = probabilities[image * classes..<(image + 1) * classes]
            let best = row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
            histogram[best] += 1
            predictions.append(best)
            return row.reduce(0) { $0 + Self.entropyTerm(Double($1)) }
        }
        (self.count, self.classes, self.probabilities) = (count, classes, probabilities)
        (self.histogram, self.predictions) = (histogram, predictions)
    }

    /// E KL(p(y|x) ‖ p(y)) = E Σ p(y|x) log p(y|x) − Σ p(y) log p(y).
    private func score(of images: some Sequence<Int>) -> Double {
        var mean = [Double](repeating: 0, count: classes)
        var (negativeEntropy, number) = (0.0, 0.0)
        probabilities.withUnsafeBufferPointer { probabilities in
            mean.withUnsafeMutableBufferPointer { mean in
                for image in images {
                    for label in 0..<classes { mean[label] += Double(probabilities[image * classes + label]) }
                    negativeEntropy += negativeEntropies[image]
                    number += 1
                }
            }
        }
        let marginal = mean.reduce(0) { $0 + Self.entropyTerm($1 / number) }
        return exp(negativeEntropy / number - marginal)
    }

    private static func entropyTerm(_ p: Double) -> Double { p > 0 ? p * log(p) : 0 }

    /// Scores of resampled images.
    package func bootstrap(resamples: Int = Bootstrap.resamples, seed: UInt64) -> [Double] {
        Bootstrap.resampled(count, resamples: resamples, seed: seed) { score(of: $0) }
    }
}

/// How unevenly classes are hit.
package enum ClassHistogram {
    /// KL(q ‖ p) = Σ q log(q / p) of the shares q of generated classes and p of real ones, in nats. A real class without a
    /// sample counts as one with a single sample, so that the figure stays finite.
    package static func divergence(generated: [Int], real: [Int]) -> Double {
        precondition(generated.count == real.count, "histograms of the same classes")
        let (generatedTotal, realTotal) = (Double(generated.reduce(0, +)), Double(real.reduce(0, +)))
        return zip(generated, real).reduce(0) { sum, counts in
            guard counts.0 > 0 else { return sum }
            let share = Double(counts.0) / generatedTotal
            return sum + share * log(share / (Double(max(1, counts.1)) / realTotal))
        }
    }

    /// Divergences where the generated samples are resampled.
    package static func bootstrap(
        predictions: [Int], real: [Int], resamples: Int = Bootstrap.resamples, seed: UInt64
    ) -> [Double] {
        Bootstrap.resampled(predictions.count, resamples: resamples, seed: seed) { indices in
            var histogram = [Int](repeating: 0, count: real.count)
            for index in indices { histogram[predictions[index]] += 1 }
            return divergence(generated: histogram, real: real)
        }
    }
}
