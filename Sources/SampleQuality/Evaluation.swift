import Adversarial
import Datasets
import Foundation
import RunConfiguration
import Runs

/// Measures a generator and its discriminator on data that were kept from training.
package struct Evaluation {
    package let loaded: LoadedCheckpoint
    package let painter: SamplePainter
    private let state: TrainingState
    private let heldOut: any SampleSource
    private let training: (any SampleSource)?
    /// Whether the moving average of the generator is taken, where there is one.
    private let averaged: Bool
    private let seed: UInt64
    /// Samples of either kind.
    private let count: Int
    /// Of the training data, for conditional networks.
    private let classes: DatasetClasses?

    /// - Parameters:
    ///   - data: instead of the configuration's.
    ///   - count: the most samples; by default 10,000.
    /// - Throws: what is wrong with the checkpoint or the data, before anything is computed.
    package init(
        _ loaded: LoadedCheckpoint, data: DatasetSpecification?, count: Int?, seed: UInt64, averaged: Bool
    ) throws {
        self.loaded = loaded
        self.averaged = averaged
        self.seed = seed
        painter = SamplePainter(loaded.configuration)
        state = try loaded.trainingState()
        let specification = try data ?? loaded.configuration.dataset()
        let shape: SampleShape =
            painter.drawsPoints
            ? .vector(painter.sampleSize)
            : .image(height: painter.height, width: painter.width, channels: painter.channels)
        func open(_ split: DatasetSplit) throws -> any SampleSource {
            try specification.open(
                shape: shape, seed: loaded.configuration.recipe.seed, split: split,
                images: loaded.configuration.data.images)
        }
        heldOut = try open(.test)
        classes = try loaded.classes()
        if let classes, heldOut.classes?.names != classes.names {
            throw RunError(
                .configuration, at: "--data", "\(heldOut.name) has other classes than the networks",
                expected: "\(classes.count): " + classes.names.prefix(12).joined(separator: ", "),
                found: heldOut.classes.map { "\($0.count): " + $0.names.prefix(12).joined(separator: ", ") } ?? "none")
        }
        training = painter.drawsPoints ? nil : try open(.train)
        self.count = min(count ?? 10_000, heldOut.count)
    }

    package func run(_ display: ProgressDisplay) throws -> EvaluationReport {
        let discriminator = state.discriminatorInference(batch: 64)
        let stages = Stages(display)
        var real: [Float] = []
        let places = EvenSamples(of: heldOut, count: count)
        try stages.run("held-out \(painter.unit)", count: count) { range in
            real += discriminator(
                normalized(try range.flatMap { try heldOut.sample(places.index($0)) }),
                labels: classes == nil ? [] : range.map { heldOut.label(places.index($0)) ?? 0 })
        }
        var fake: [Float] = []
        let sampler = state.sampler(batch: 64, averaged: averaged)
        let labels: LabelSource =
            classes.map { .shares($0.shares, seed: seed, purpose: .evaluation) } ?? .none
        var generated: [Float] = []
        generated.reserveCapacity(training == nil ? 0 : count * painter.sampleSize)
        try stages.run("generated \(painter.unit)", count: count) { range in
            let labels = labels.labels(first: range.lowerBound, count: range.count)
            let samples = sampler(
                painter.latents(count: range.count, seed: seed, first: range.lowerBound, purpose: .evaluation),
                labels: labels)
            fake += discriminator(samples, labels: labels)
            if training != nil { generated += painter.denormalized(samples) }
        }
        var report = EvaluationReport(
            loaded, data: heldOut.name, count: count, unit: painter.unit, seed: seed,
            averaged: averaged && state.recipe.movingAverage.isUsed,
            scores: state.recipe.scores(real: real, fake: fake))
        if let training,
            let obstacle = PixelDistance.obstacle(
                training: min(count, training.count), heldOut: count)
        {
            report.distanceLeftOut = obstacle
        } else if let training {
            let distance = try stages.pixelDistance(training: training, heldOut: heldOut, count: count)
            report.addDistance(distance, of: generated)
        }
        if let mixture = try painter.mixture() {
            let latents = painter.latents(count: ModeCoverage.sampleCount, seed: seed, purpose: .evaluation)
            report.addCoverage(
                ModeCoverage(
                    points: painter.denormalized(sampler(latents)), modes: mixture.modes, deviation: mixture.deviation))
        }
        return report
    }

    /// Samples as the networks take them: (value − mean) / deviation.
    private func normalized(_ samples: [Float]) -> [Float] {
        let mean = Float(state.recipe.pixelMean)
        let deviation = Float(state.recipe.pixelStandardDeviation)
        return samples.map { ($0 - mean) / deviation }
    }
}

/// The stages of an evaluation, and how far each is.
private struct Stages {
    /// A multiple of the inference's batch.
    private static let part = 256
    private let display: ProgressDisplay
    private let start = ContinuousClock.now

    init(_ display: ProgressDisplay) {
        self.display = display
    }

    /// Calls `body` with ranges that make up 0 to `count` − 1.
    func run(_ label: String, count: Int, _ body: (Range<Int>) throws -> Void) throws {
        let stageStart = ContinuousClock.now
        for first in stride(from: 0, to: count, by: Self.part) {
            let end = min(count, first + Self.part)
            try body(first..<end)
            show(label, done: end, total: count, since: stageStart)
        }
    }

    func pixelDistance(
        training: any SampleSource, heldOut: any SampleSource, count: Int
    ) throws -> PixelDistance {
        let stageStart = ContinuousClock.now
        let total = min(count, training.count) + min(count, heldOut.count)
        return try PixelDistance(training: training, heldOut: heldOut, count: count) { done in
            show(done < total ? "pixel space" : "principal components", done: done, total: total, since: stageStart)
        }
    }

    private func show(_ label: String, done: Int, total: Int, since stageStart: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        // What takes no time needs no progress.
        guard now - start > .seconds(1) else { return }
        display.update(at: now) {
            WorkProgress(
                label: label, done: done, total: total, unit: .items("images"),
                elapsedSeconds: (now - stageStart) / .seconds(1))
        }
    }
}
