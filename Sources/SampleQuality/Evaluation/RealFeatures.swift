import Datasets
import RunConfiguration
import Runs

/// What is computed once of the real samples, however many generators are compared with them.
package struct RealFeatures {
    package let extractor: any FeatureExtractor
    package let reference: FigureSet.Reference
    /// Training images, of which the first take the generated ones' place for the floor.
    package let training: FeatureMatrix
    /// The images of `training`.
    package let trainingImages: ImageList
    /// The figures of real training images.
    package let floor: FigureSet
    package let floorCount: Int
    private let heldOutNearest: [Neighbourhoods.Nearest]?

    /// - Parameters:
    ///   - generated: how many samples will be compared.
    ///   - count: the most real samples of the reference.
    package init(
        _ data: EvaluationData, _ settings: Evaluation.Settings, generated: Int, count: Int, stages: EvaluationStages
    ) throws {
        let reference = data.reference(count: count)
        let images = data.trainingImages(count: 6 * max(generated, reference.count))
        extractor = try Self.extractor(settings, data, stages)
        let compared = data.hasHeldOut ? "held-out images" : "training images to compare with"
        let real = try stages.features(of: reference, by: extractor, compared)
        let floorCount = min(generated, images.count, data.floorLimit)
        self.floorCount = floorCount
        let floor = try stages.features(of: images.prefix(floorCount), by: extractor, "training images")
        var values = floor.matrix.values
        let rest = ImageList(name: images.name, count: images.count - floorCount) { range in
            try images.read(range.lowerBound + floorCount..<range.upperBound + floorCount)
        }
        if rest.count > 0, data.hasHeldOut {
            values += try stages.features(of: rest, by: extractor, "more training images").matrix.values
        }
        self.training = FeatureMatrix(values, dimensions: extractor.dimensions)
        trainingImages = images
        stages.say("figures", "of the training images")
        self.reference = FigureSet.Reference(real)
        var memorisation: Memorisation?
        if data.hasHeldOut, self.training.isFinite, real.matrix.isFinite, self.training.count > 1 {
            let heldOut = Neighbourhoods.nearest(to: real.matrix, among: self.training)
            heldOutNearest = heldOut
            memorisation = Memorisation(
                nearest: Neighbourhoods.nearest(to: floor.matrix, among: self.training, excludingSelf: true),
                heldOut: heldOut)
        } else {
            heldOutNearest = nil
        }
        self.floor = FigureSet(floor, against: self.reference, memorisation: memorisation)
    }

    /// How near generated samples are to training images.
    package func memorisation(of samples: FeatureMatrix) -> Memorisation? {
        guard let heldOutNearest, samples.isFinite else { return nil }
        return Memorisation(
            nearest: Neighbourhoods.nearest(to: samples, among: training), heldOut: heldOutNearest)
    }

    private static func extractor(
        _ settings: Evaluation.Settings, _ data: EvaluationData, _ stages: EvaluationStages
    ) throws -> any FeatureExtractor {
        switch settings.features {
        case .random: return RandomFeatures(shape: data.shape)
        case .pixels:
            let images = data.trainingImages(count: 10_000)
            guard images.count > 1 else {
                throw RunError(
                    .data, at: "--features", "one training image has no principal components", expected: "two or more",
                    advice: "take --features random")
            }
            var values: [Float] = []
            try stages.run("pixel space", count: images.count) { values += try images.read($0) }
            return PixelFeatures(training: values, shape: data.shape)
        case .inception:
            guard let weights = settings.weights, case .image(let height, let width, let channels) = data.shape else {
                throw RunError(
                    .usage, at: "--features", "inception needs images, and the weights of its network",
                    expected: "--weights FILE", advice: "scripts/convert-inception makes the file")
            }
            return try InceptionFeatures(weights: weights, height: height, width: width, channels: channels)
        case .judge, nil:
            if let judge = try JudgeFeatures.extractor(for: data, say: stages.note) { return judge }
            guard settings.features == nil else {
                throw RunError(
                    .data, at: "--features", "there is no judge of \(data.training.name)",
                    expected: "images with classes", advice: "take --features random")
            }
            return RandomFeatures(shape: data.shape)
        }
    }
}
