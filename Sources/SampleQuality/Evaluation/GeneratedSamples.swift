import Adversarial
import Datasets
import RunConfiguration
import Runs

/// The samples of a checkpoint's generator, in an order that is fixed by the seed, and what its discriminator says of them.
package final class GeneratedSamples {
    package let painter: SamplePainter
    package let state: TrainingState
    private let seed: UInt64
    private let sampler: Inference
    private let discriminator: Inference
    private let labels: LabelSource
    /// Outputs of the discriminator for the samples that were read while it was asked.
    private(set) var fakeOutputs: [Float] = []
    private var asksDiscriminator = false

    /// - Throws: `RunError` where the checkpoint does not hold the networks, or not its classes.
    package init(_ loaded: LoadedCheckpoint, averaged: Bool, seed: UInt64) throws {
        painter = SamplePainter(loaded.configuration)
        state = try loaded.trainingState()
        self.seed = seed
        sampler = state.sampler(batch: 64, averaged: averaged)
        discriminator = state.discriminatorInference(batch: 64)
        labels = try loaded.classes().map { .shares($0.shares, seed: seed, purpose: .evaluation) } ?? .none
    }

    /// Pixels from 0 to 1, or points in the data's unit.
    package func read(_ range: Range<Int>) -> [Float] {
        let labels = labels.labels(first: range.lowerBound, count: range.count)
        let samples = sampler(
            painter.latents(count: range.count, seed: seed, first: range.lowerBound, purpose: .evaluation),
            labels: labels)
        if asksDiscriminator { fakeOutputs += discriminator(samples, labels: labels) }
        return painter.denormalized(samples)
    }

    package func list(count: Int) -> ImageList {
        ImageList(name: "generated \(painter.unit)", count: count) { [self] in read($0) }
    }

    /// Asks the discriminator about all samples that are read in `body`.
    func scoring(_ body: () throws -> Void) rethrows {
        asksDiscriminator = true
        defer { asksDiscriminator = false }
        try body()
    }

    /// What the discriminator says of real samples in the data's unit.
    func realOutputs(_ samples: [Float], labels: [Int]) -> [Float] {
        let mean = Float(state.recipe.pixelMean)
        let deviation = Float(state.recipe.pixelStandardDeviation)
        return discriminator(samples.map { ($0 - mean) / deviation }, labels: labels)
    }
}
