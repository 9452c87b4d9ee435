import Datasets
import Foundation
import RunConfiguration
import Runs

/// What an evaluation found, as text for a person or as a line of JSON.
package struct EvaluationReport: Encodable {
    package var checkpoint: String
    package var preset: String
    package var step: UInt64
    package var data: String
    package var samples: Int
    package var seed: UInt64
    /// Whether the generator's moving average was measured.
    package var movingAverage: Bool
    /// V(D, G); nil for losses without a probability.
    package var valueFunction: Double?
    package var realScore: Double?
    package var fakeScore: Double?
    /// Mean D(x) − D(G(z)), of a relativistic loss.
    package var scoreDifference: Double?
    package var discriminatorLoss: Double?
    package var generatorLoss: Double?
    /// Of images: to the held-out ones, in the space of `components` principal components of the training pixels.
    package var frechetDistance: Double?
    package var trainingFrechetDistance: Double?
    package var components: Int?
    /// Why there is no distance of images.
    package var distanceLeftOut: String?
    /// Of points.
    package var modes: Int?
    package var modesCovered: Int?
    package var highQualityShare: Double?
    private let unit: String

    private enum CodingKeys: String, CodingKey {
        case checkpoint, preset, step, data, samples, seed, movingAverage, valueFunction, realScore, fakeScore
        case scoreDifference
        case discriminatorLoss, generatorLoss, frechetDistance, trainingFrechetDistance, components, distanceLeftOut
        case modes, modesCovered, highQualityShare
    }

    package init(
        _ loaded: LoadedCheckpoint, data: String, count: Int, unit: String, seed: UInt64, averaged: Bool,
        scores: [String: Double]
    ) {
        func finite(_ number: Double?) -> Double? { number.flatMap { $0.isFinite ? $0 : nil } }
        checkpoint = loaded.path
        preset = loaded.configuration.preset.rawValue
        step = loaded.checkpoint.step
        self.data = data
        samples = count
        self.seed = seed
        movingAverage = averaged
        self.unit = unit
        valueFunction = finite(scores["valueFunction"])
        realScore = finite(scores["realScore"])
        fakeScore = finite(scores["fakeScore"])
        scoreDifference = finite(scores["scoreDifference"])
        discriminatorLoss = finite(scores["discriminatorLoss"])
        generatorLoss = finite(scores["generatorLoss"])
    }

    package mutating func addDistance(_ measure: PixelDistance, of images: [Float]) {
        frechetDistance = measure.distance(of: images)
        trainingFrechetDistance = measure.ofTraining
        components = measure.space.count
    }

    package mutating func addCoverage(_ coverage: ModeCoverage) {
        modes = coverage.modes
        modesCovered = coverage.modesCovered
        highQualityShare = coverage.highQualityShare
    }

    /// One line; what is not finite is left out.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    package var text: String {
        var lines = [
            "\(preset), step \(step): \(checkpoint)",
            "\(samples) generated \(samples == 1 ? String(unit.dropLast()) : unit) (\(movingAverage ? "moving average" : "parameters themselves"), seed \(seed)) "
                + "against \(samples) of \(data)", "",
        ]
        func add(_ name: String, _ number: Double?, digits: Int = 4, note: String? = nil) {
            let figure = number.map { String(format: "%.\(digits)f", $0) } ?? "not finite"
            let padding = String(repeating: " ", count: max(1, 24 - name.count))
            let space = String(repeating: " ", count: max(0, 10 - figure.count))
            lines.append("  \(name)\(padding)\(space)\(figure)" + (note.map { "   \($0)" } ?? ""))
        }
        let isProbability = valueFunction != nil
        if isProbability {
            add("V(D,G)", valueFunction, note: "-1.3863 = -log 4 where D cannot tell real from generated")
        }
        if let scoreDifference {
            add("D(x)-D(G(z))", scoreDifference, note: "mean difference of scores")
        } else {
            add("D(x)", realScore, note: isProbability ? nil : "mean score")
            add("D(G(z))", fakeScore, note: isProbability ? nil : "mean score")
        }
        add("discriminator's loss", discriminatorLoss)
        add("generator's loss", generatorLoss)
        if let frechetDistance, let trainingFrechetDistance, let components {
            add(
                "Fréchet distance", frechetDistance,
                note: "of \(components) principal components of the training pixels; "
                    + String(format: "the training images' own: %.4f", trainingFrechetDistance))
            if samples < PixelDistance.manyImages {
                lines.append(
                    "                                     of \(samples) images only: fewer than \(PixelDistance.manyImages) make"
                        + " it larger, compare it with figures of as many")
            }
        }
        if let distanceLeftOut { lines.append("  Fréchet distance        left out: \(distanceLeftOut)") }
        if let modes, let modesCovered, let highQualityShare {
            lines.append("  modes covered                \(modesCovered) of \(modes)")
            lines.append(
                "  of high quality         " + String(format: "%8.1f %%", highQualityShare * 100)
                    + "   of \(ModeCoverage.sampleCount) samples: within 3σ of a mode")
        }
        return lines.joined(separator: "\n")
    }
}
