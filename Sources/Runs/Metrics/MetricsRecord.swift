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
        let numbers: [(String, Double?)] =
            StepMetrics.names.map { ($0, metrics[$0]) } + [
                ("seconds", (seconds * 1e4).rounded() / 1e4),
                ("imagesPerSecond", (imagesPerSecond * 10).rounded() / 10),
            ]
        let fields = numbers.map { name, number in
            "\"\(name)\":\(number.flatMap { $0.isFinite ? $0.description : nil } ?? "null")"
        }
        return "{\"step\":\(metrics.step),\(fields.joined(separator: ",")),\"workers\":\(workers)}"
    }

    /// Reads a line of JSON; nil if it is no record.
    package init?(json: String) {
        guard let line = try? JSONDecoder().decode([String: Double?].self, from: Data(json.utf8)),
            let step = line["step"] ?? nil, let workers = line["workers"] ?? nil,
            let step = UInt64(exactly: step), let workers = Int(exactly: workers)
        else { return nil }
        var values: [String: Double] = [:]
        for name in StepMetrics.names {
            // Once V(D, G) was called `value`.
            values[name] = (line[name] ?? nil) ?? (name == "valueFunction" ? line["value"] ?? nil : nil)
        }
        self.init(
            metrics: StepMetrics(step: step, values: values), seconds: (line["seconds"] ?? nil) ?? .nan,
            imagesPerSecond: (line["imagesPerSecond"] ?? nil) ?? .nan, workers: workers)
    }
}
