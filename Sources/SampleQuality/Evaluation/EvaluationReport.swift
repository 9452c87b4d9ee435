import Datasets
import Foundation
import RunConfiguration
import Runs

/// What an evaluation found, as text for a person (`text`) or as a line of JSON.
package struct EvaluationReport: Encodable {
    /// The checkpoint that was judged; nil for samples of a file.
    package private(set) var checkpoint: String?
    package private(set) var preset: String?
    package private(set) var step: UInt64?
    /// The file or folder of the samples.
    package private(set) var samplesFrom: String?
    /// The name of the real samples.
    package private(set) var data: String
    package private(set) var samples: Int
    /// Real samples that they were compared with.
    package private(set) var referenceSamples: Int
    /// "held-out", or "training" where none are held out.
    package private(set) var comparedWith: String
    package private(set) var seed: UInt64?
    /// Whether the generator's moving average was measured.
    package private(set) var movingAverage: Bool?
    /// V(D, G); nil for losses without a probability.
    package private(set) var valueFunction: Double?
    package private(set) var realScore: Double?
    package private(set) var fakeScore: Double?
    /// Mean D(x) − D(G(z)), of a relativistic loss.
    package private(set) var scoreDifference: Double?
    package private(set) var discriminatorLoss: Double?
    package private(set) var generatorLoss: Double?
    package private(set) var features: FeatureName?
    /// That of `figures`.
    package private(set) var frechetDistance: Double?
    package private(set) var figures: [String: ComparedFigure]?
    /// Why a figure was left out.
    package private(set) var leftOut: [String: String]?
    /// Training images in the place of the generated ones.
    package private(set) var floorSamples: Int?
    /// Training images among which the nearest ones were looked for.
    package private(set) var trainingSamples: Int?
    /// Of points, or of stacked digits.
    package private(set) var modes: Int?
    package private(set) var modesCovered: Int?
    package private(set) var highQualityShare: Double?
    /// Of stacked digits: KL of the triples to the uniform distribution.
    package private(set) var modesDivergence: Double?
    let isOfPoints: Bool

    /// Which features the figures are of.
    package struct FeatureName: Encodable, Sendable {
        package let name: String
        package let identity: String
        package let dimensions: Int
    }

    /// A figure, and the same of real training images.
    package struct ComparedFigure: Encodable, Sendable {
        package let generated: Figure
        package let training: Figure?
    }

    private enum CodingKeys: String, CodingKey {
        case checkpoint, preset, step, samplesFrom, data, samples, referenceSamples, comparedWith, seed, movingAverage
        case valueFunction, realScore, fakeScore, scoreDifference, discriminatorLoss, generatorLoss
        case features, frechetDistance, figures, leftOut, floorSamples, trainingSamples
        case modes, modesCovered, highQualityShare, modesDivergence
    }

    private init(_ data: EvaluationData, samples: Int, reference: Int) {
        self.data = (data.heldOut ?? data.training).name
        (self.samples, referenceSamples) = (samples, reference)
        comparedWith = data.hasHeldOut ? "held-out" : "training"
        if case .vector = data.shape { isOfPoints = true } else { isOfPoints = false }
    }

    init(
        _ data: EvaluationData, samples: Int, reference: Int, checkpoint loaded: LoadedCheckpoint, seed: UInt64,
        averaged: Bool
    ) {
        self.init(data, samples: samples, reference: reference)
        checkpoint = loaded.path
        preset = loaded.configuration.preset.rawValue
        step = loaded.checkpoint.step
        self.seed = seed
        movingAverage = averaged
    }

    init(_ data: EvaluationData, samples: Int, reference: Int, file: String) {
        self.init(data, samples: samples, reference: reference)
        samplesFrom = file
    }

    mutating func add(scores: [String: Double]) {
        func score(_ name: String) -> Double? { ReportNumber.finite(scores[name]) }
        valueFunction = score("valueFunction")
        realScore = score("realScore")
        fakeScore = score("fakeScore")
        scoreDifference = score("scoreDifference")
        discriminatorLoss = score("discriminatorLoss")
        generatorLoss = score("generatorLoss")
    }

    mutating func add(
        _ set: FigureSet, floor: FigureSet, floorCount: Int, trainingCount: Int, features: any FeatureExtractor
    ) {
        self.features = FeatureName(
            name: features.name, identity: features.identity, dimensions: features.dimensions)
        figures = Dictionary(
            uniqueKeysWithValues: set.figures.filter(\.value.isFinite).map {
                ($0.kind.rawValue, ComparedFigure(generated: $0, training: floor[$0.kind]))
            })
        leftOut = Dictionary(set.leftOut.map { ($0.kind.rawValue, $0.reason) }) { first, _ in first }
        frechetDistance = ReportNumber.finite(set[.frechetDistance]?.value)
        (floorSamples, trainingSamples) = (floorCount, trainingCount)
    }

    mutating func add(_ coverage: ModeCoverage) {
        (modes, modesCovered, highQualityShare) = (coverage.modes, coverage.modesCovered, coverage.highQualityShare)
    }

    mutating func add(_ stacked: StackedModes) {
        (modes, modesCovered, modesDivergence) = (StackedModes.modes, stacked.modesCovered, stacked.divergence)
    }

    /// One line; what is not finite is left out.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
