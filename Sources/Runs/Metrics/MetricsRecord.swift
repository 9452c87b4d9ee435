import Adversarial
import Foundation

/// A line of `metrics.jsonl`: what a step gave, and how fast.
package struct MetricsRecord: Sendable, Hashable {
    package var metrics: StepMetrics
    /// Spent on the run, over all its processes: what was lost with a killed one, and the time between them, left out.
    package var seconds: Double
    /// Real images a second, over all workers; points for the mixtures of the plane.
    package var imagesPerSecond: Double
    /// Workers alive.
    package var workers: Int

    package init(metrics: StepMetrics, seconds: Double, imagesPerSecond: Double, workers: Int) {
        self.metrics = metrics
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
        self.workers = workers
    }

    /// The record as one line of JSON, without its end; a number that is not finite is `null`.
    package var json: String {
        let numbers: [(String, Double?)] = [
            ("value", metrics.value), ("realScore", metrics.realScore), ("fakeScore", metrics.fakeScore),
            ("discriminatorLoss", metrics.discriminatorLoss), ("generatorLoss", metrics.generatorLoss),
            ("discriminatorGradientNorm", metrics.discriminatorGradientNorm),
            ("generatorGradientNorm", metrics.generatorGradientNorm),
            ("seconds", (seconds * 1e4).rounded() / 1e4), ("imagesPerSecond", (imagesPerSecond * 10).rounded() / 10),
        ]
        let fields = numbers.map { name, number in
            "\"\(name)\":\(number.flatMap { $0.isFinite ? $0.description : nil } ?? "null")"
        }
        return "{\"step\":\(metrics.step),\(fields.joined(separator: ",")),\"workers\":\(workers)}"
    }

    /// Reads a line of JSON; nil if it is no record.
    package init?(json: String) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(json.utf8)) else { return nil }
        self.init(
            metrics: StepMetrics(
                step: line.step, value: line.value, realScore: line.realScore ?? .nan,
                fakeScore: line.fakeScore ?? .nan, discriminatorLoss: line.discriminatorLoss ?? .nan,
                generatorLoss: line.generatorLoss ?? .nan,
                discriminatorGradientNorm: line.discriminatorGradientNorm ?? .nan,
                generatorGradientNorm: line.generatorGradientNorm ?? .nan),
            seconds: line.seconds ?? .nan, imagesPerSecond: line.imagesPerSecond ?? .nan, workers: line.workers)
    }

    private struct Line: Decodable {
        var step: UInt64
        var value: Double?
        var realScore: Double?
        var fakeScore: Double?
        var discriminatorLoss: Double?
        var generatorLoss: Double?
        var discriminatorGradientNorm: Double?
        var generatorGradientNorm: Double?
        var seconds: Double?
        var imagesPerSecond: Double?
        var workers: Int
    }
}
