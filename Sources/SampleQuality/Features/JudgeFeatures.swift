import Coordination
import Datasets

/// The features by which a classifier judges a data set.
package enum JudgeFeatures {
    /// The data's own classifier; of stacked digits, that of the digits on each plane.
    ///
    /// - Returns: nil where no classifier is known.
    package static func extractor(
        for data: EvaluationData, say: (String) -> Void
    ) throws -> (any FeatureExtractor)? {
        if let digits = try digitJudge(of: data, say: say) { return PlanewiseFeatures(digits) }
        guard case .image = data.shape, !data.isStacked else { return nil }
        return try classifier(for: data.training, heldOut: data.heldOut, say: say)
    }

    /// A data set's judge, which is trained and kept first where there is none yet.
    ///
    /// - Returns: nil for data without classes.
    private static func classifier(
        for training: any SampleSource, heldOut: (any SampleSource)?, say: (String) -> Void
    ) throws -> (any ImageClassifier)? {
        try Judge.forData(
            training, heldOut: heldOut, cache: try? JudgeCache(),
            trainer: JudgeTrainer(threads: min(4, AvailableProcessors.count)), say: say)?.judge
    }

    /// The classifier of the digits that stacked MNIST is made of; nil for other data, or without one.
    package static func digitJudge(
        of data: EvaluationData, say: (String) -> Void
    ) throws -> (any ImageClassifier)? {
        guard data.isStacked, let folder = data.specification.absolute().folder else { return nil }
        let digits = DatasetSpecification.mnist(folder: folder)
        guard case .image(let height, let width, _) = data.shape else { return nil }
        let parts = try EvaluationData(
            digits, shape: .image(height: height, width: width, channels: 1), seed: data.seed)
        return try classifier(for: parts.training, heldOut: parts.heldOut, say: say)
    }
}

extension EvaluationData {
    /// Whether the samples are triples of digits.
    package var isStacked: Bool {
        if case .stackedMNIST = specification { true } else { false }
    }
}

/// A classifier of gray images applied to each colour plane: the features of the planes, one after the other.
package struct PlanewiseFeatures: FeatureExtractor {
    private let plane: any ImageClassifier

    package init(_ plane: any ImageClassifier) { self.plane = plane }

    package var name: String { plane.name }
    package var identity: String { plane.identity }
    package var dimensions: Int { 3 * plane.dimensions }

    package func features(of images: [Float], count: Int) throws -> [Float] {
        // The rows of an image's three planes, one after the other, are one row.
        try plane.features(of: Self.planes(of: images, count: count), count: 3 * count)
    }

    /// The most probable class of each plane of each image, [count, 3].
    package func classes(of images: [Float], count: Int) throws -> [Int] {
        let answers = try plane.classify(Self.planes(of: images, count: count), count: 3 * count)
        return ClassifierScore(probabilities: answers.probabilities, classes: plane.classNames.count).predictions
    }

    /// [count, height, width, 3] → [count, 3, height, width].
    private static func planes(of images: [Float], count: Int) -> [Float] {
        let size = images.count / max(1, count)
        let plane = size / 3
        var result = images
        for image in 0..<count {
            for pixel in 0..<plane {
                for channel in 0..<3 {
                    result[image * size + channel * plane + pixel] = images[image * size + 3 * pixel + channel]
                }
            }
        }
        return result
    }
}
