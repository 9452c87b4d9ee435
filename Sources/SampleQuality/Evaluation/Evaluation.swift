import Adversarial
import Datasets
import Foundation
import RunConfiguration
import Runs

/// Compares generated samples with real ones: those of any number of checkpoints of a run, or samples of a file. What is computed
/// of the real samples is computed once.
package final class Evaluation {
    package struct Settings: Sendable {
        /// nil for the data's judge, or random features where there is none.
        package var features: FeatureChoice?
        /// The file of Inception's weights, for its features.
        package var weights: String?
        /// How many samples; nil for 10,000, or as many as there are real ones to compare with.
        package var count: Int?
        /// Of the latents.
        package var seed: UInt64 = 0
        /// Whether the moving average of the generator is taken, where there is one.
        package var averaged = true

        package init() {}
    }

    private static let usualCount = 10_000

    package let data: EvaluationData
    private let settings: Settings
    private let stages: EvaluationStages
    private var real: RealFeatures?
    /// The last samples that were judged, for `nearestPairs`.
    private var judged: (samples: ImageList, memorisation: Memorisation)?

    package init(_ data: EvaluationData, _ settings: Settings, display: ProgressDisplay?) {
        (self.data, self.settings) = (data, settings)
        if case .vector = data.shape {
            stages = EvaluationStages(display, unit: "points")
        } else {
            stages = EvaluationStages(display, unit: "images")
        }
    }

    /// Judges a checkpoint's generator, and takes the losses of both networks.
    ///
    /// - Throws: `RunError`, `DatasetError` where the checkpoint, its classes and the data do not fit together, or an image cannot
    ///   be read.
    package func judge(_ loaded: LoadedCheckpoint) throws -> EvaluationReport {
        try expectClasses(of: loaded)
        let generated = try GeneratedSamples(loaded, averaged: settings.averaged, seed: settings.seed)
        let recipe = generated.state.recipe
        let reference = data.reference(count: realCount)
        let count = settings.count ?? reference.count
        var realOutputs: [Float] = []
        try stages.run("real \(generated.painter.unit)", count: reference.count) { range in
            realOutputs += generated.realOutputs(
                try reference.read(range),
                labels: recipe.model.isConditional ? range.map { reference.label?($0) ?? 0 } : [])
        }
        var report = EvaluationReport(
            data, samples: count, reference: reference.count, checkpoint: loaded, seed: settings.seed,
            averaged: settings.averaged && recipe.movingAverage.isUsed)
        let samples = generated.list(count: count)
        try generated.scoring {
            if generated.painter.drawsPoints {
                try stages.run("generated points", count: count) { _ = generated.read($0) }
            } else {
                try compare(samples, into: &report)
            }
        }
        report.add(scores: recipe.scores(real: realOutputs, fake: generated.fakeOutputs))
        if let mixture = try generated.painter.mixture() {
            report.add(
                ModeCoverage(
                    points: generated.read(0..<ModeCoverage.sampleCount), modes: mixture.modes,
                    deviation: mixture.deviation))
        }
        if data.isStacked { try addStackedModes(of: generated, to: &report) }
        return report
    }

    /// Judges samples that others drew.
    package func judge(_ file: SampleFile) throws -> EvaluationReport {
        let all = try file.samples(as: data.shape, images: data.images)
        let samples = all.prefix(settings.count ?? Self.usualCount)
        var report = EvaluationReport(
            data, samples: samples.count, reference: data.reference(count: realCount).count, file: file.path)
        if case .vector = data.shape {
            let mixture = data.training as? MixtureSource
            guard let mixture else { return report }
            report.add(
                ModeCoverage(
                    points: try samples.read(0..<min(samples.count, ModeCoverage.sampleCount)), modes: mixture.modes,
                    deviation: mixture.deviation))
        } else {
            try compare(samples, into: &report)
        }
        return report
    }

    private var realCount: Int { settings.count ?? Self.usualCount }

    private func compare(_ samples: ImageList, into report: inout EvaluationReport) throws {
        let real =
            try self.real
            ?? RealFeatures(
                data, settings, generated: samples.count, count: realCount, stages: stages)
        self.real = real
        let features = try stages.features(of: samples, by: real.extractor, "generated images")
        stages.say("figures", "of the generated images")
        let memorisation = real.memorisation(of: features.matrix)
        if let memorisation { judged = (samples, memorisation) }
        report.add(
            FigureSet(features, against: real.reference, memorisation: memorisation), floor: real.floor,
            floorCount: real.floorCount, trainingCount: real.training.count, features: real.extractor)
    }

    /// 26,000 samples, each plane told by the judge of digits.
    private func addStackedModes(of generated: GeneratedSamples, to report: inout EvaluationReport) throws {
        guard let judge = try JudgeFeatures.digitJudge(of: data, say: stages.note) else { return }
        let planes = PlanewiseFeatures(judge)
        var digits: [Int] = []
        try stages.run("stacked digits", count: StackedModes.sampleCount) { range in
            digits += try planes.classes(of: generated.read(range), count: range.count)
        }
        report.add(StackedModes(digits: digits))
    }

    private func expectClasses(of loaded: LoadedCheckpoint) throws {
        guard let classes = try loaded.classes() else { return }
        let real = data.heldOut ?? data.training
        guard real.classes?.names != classes.names else { return }
        throw RunError(
            .configuration, at: "--data", "\(real.name) has other classes than the networks",
            expected: "\(classes.count): " + classes.names.prefix(12).joined(separator: ", "),
            found: real.classes.map { "\($0.count): " + $0.names.prefix(12).joined(separator: ", ") } ?? "none")
    }

    // MARK: Nearest pairs

    /// The judged images that are nearest to a training image, each beside it: [2 · count, height, width, channels].
    ///
    /// - Returns: nil where nothing was judged that has such pairs.
    package func nearestPairs(_ count: Int) throws -> [Float]? {
        guard let judged, let real else { return nil }
        return try judged.memorisation.nearestPairs(count).flatMap { pair in
            try judged.samples.read(pair.generated..<pair.generated + 1)
                + real.trainingImages.read(pair.training..<pair.training + 1)
        }
    }
}
