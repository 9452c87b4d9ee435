import Datasets
import Foundation
import Runs

/// The stages of an evaluation, and how far each is.
package struct EvaluationStages {
    /// A multiple of the inference's batch.
    private static let part = 256
    private let display: ProgressDisplay?
    private let unit: String
    private let start = ContinuousClock.now

    /// - Parameters:
    ///   - display: nil to say nothing.
    ///   - unit: what is counted: "images".
    package init(_ display: ProgressDisplay?, unit: String) {
        (self.display, self.unit) = (display, unit)
    }

    /// Calls `body` with ranges that make up 0 to `count` − 1.
    package func run(_ label: String, count: Int, _ body: (Range<Int>) throws -> Void) throws {
        let stageStart = ContinuousClock.now
        for first in stride(from: 0, to: count, by: Self.part) {
            let end = min(count, first + Self.part)
            try body(first..<end)
            show(label, done: end, total: count, since: stageStart)
        }
    }

    /// The features of all images of a list, and the classes' probabilities where the extractor is a classifier.
    package func features(
        of images: ImageList, by extractor: any FeatureExtractor, _ label: String
    ) throws -> FigureSet.Features {
        var (features, probabilities): ([Float], [Float]) = ([], [])
        features.reserveCapacity(images.count * extractor.dimensions)
        let classifier = extractor as? any ImageClassifier
        try run(label, count: images.count) { range in
            let values = try images.read(range)
            if let classifier {
                let answers = try classifier.classify(values, count: range.count)
                features += answers.features
                probabilities += answers.probabilities
            } else {
                features += try extractor.features(of: values, count: range.count)
            }
        }
        let matrix = FeatureMatrix(features, dimensions: extractor.dimensions)
        guard let classifier, probabilities.allSatisfy(\.isFinite) else { return FigureSet.Features(matrix) }
        return FigureSet.Features(
            matrix, score: ClassifierScore(probabilities: probabilities, classes: classifier.classNames.count))
    }

    /// A line for the user.
    package func note(_ text: String) { display?.message("ganglion: \(text)") }

    /// What is being computed, where that is not counted.
    package func say(_ label: String, _ what: String) {
        show("\(label) \(what)", done: 0, total: 1, since: .now)
    }

    private func show(_ label: String, done: Int, total: Int, since stageStart: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        // What takes no time needs no progress.
        guard let display, now - start > .seconds(1) else { return }
        display.update(at: now) {
            WorkProgress(
                label: label, done: done, total: total, unit: .items(unit),
                elapsedSeconds: (now - stageStart) / .seconds(1))
        }
    }
}
