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

    /// The newest verdict on the training; nil before the first.
    package var health: TrainingHealth.Verdict?

    package init(
        metrics: StepMetrics, seconds: Double, imagesPerSecond: Double, workers: Int,
        health: TrainingHealth.Verdict? = nil
    ) {
        self.health = health
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
        let verdict = health.map { ",\"health\":\"\($0.rawValue)\"" } ?? ""
        return "{\"step\":\(metrics.step),\(fields.joined(separator: ",")),\"workers\":\(workers)\(verdict)}"
    }

    /// Reads a line of JSON; nil if it is no record.
    package init?(json: String) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(json.utf8)) else { return nil }
        self.init(
            metrics: StepMetrics(step: line.step, values: line.metrics), seconds: line.seconds ?? .nan,
            imagesPerSecond: line.imagesPerSecond ?? .nan, workers: line.workers,
            health: line.health.flatMap(TrainingHealth.Verdict.init(rawValue:)))
    }

    private struct Line: Decodable {
        let step: UInt64
        let metrics: [String: Double]
        let seconds: Double?
        let imagesPerSecond: Double?
        let workers: Int
        let health: String?

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(_ name: String) { stringValue = name }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let line = try decoder.container(keyedBy: Key.self)
            step = try line.decode(UInt64.self, forKey: Key("step"))
            workers = try line.decode(Int.self, forKey: Key("workers"))
            health = try line.decodeIfPresent(String.self, forKey: Key("health"))
            seconds = try line.decodeIfPresent(Double.self, forKey: Key("seconds"))
            imagesPerSecond = try line.decodeIfPresent(Double.self, forKey: Key("imagesPerSecond"))
            var metrics: [String: Double] = [:]
            for name in StepMetrics.names {
                metrics[name] = try line.decodeIfPresent(Double.self, forKey: Key(name))
            }
            // Once V(D, G) was called `value`.
            if let value = try line.decodeIfPresent(Double.self, forKey: Key("value")) {
                metrics["valueFunction"] = value
            }
            self.metrics = metrics
        }
    }
}
