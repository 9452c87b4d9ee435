import Adversarial
import Datasets
import RunConfiguration
import Runs

/// The real samples that generated ones are compared with.
package struct EvaluationData {
    /// What was trained on.
    package let training: any SampleSource
    /// What was kept from training: the test part, or what `data.holdOut` keeps; nil where there is neither.
    package let heldOut: (any SampleSource)?
    package let specification: DatasetSpecification
    package let shape: SampleShape
    package let seed: UInt64
    package let images: ImageSettings

    /// - Parameters:
    ///   - share: `data.holdOut`, and the run's seed.
    /// - Throws: `DatasetError` where the data cannot be read.
    package init(
        _ specification: DatasetSpecification, shape: SampleShape, seed: UInt64,
        images: ImageSettings = ImageSettings(),
        holdOut share: Double = 0
    ) throws {
        (self.specification, self.shape, self.seed, self.images) = (specification, shape, seed, images)
        let all = try specification.open(shape: shape, seed: seed, split: .train, images: images)
        let parts = try HeldOutShare(share, seed: seed).parts(of: all)
        training = parts.training
        heldOut = try EvaluationData.testPart(specification, shape: shape, seed: seed, images) ?? parts.heldOut
    }

    /// The data of a configuration.
    ///
    /// - Parameter specification: where they lie elsewhere now.
    package init(_ configuration: Configuration, data specification: DatasetSpecification? = nil) throws {
        try self.init(
            try specification ?? configuration.dataset(), shape: TrainingData.shape(of: configuration),
            seed: configuration.recipe.seed, images: configuration.data.images, holdOut: configuration.data.holdOut)
    }

    /// The part of the data set that is never trained on; nil where its files are not there, or a folder marks none.
    private static func testPart(
        _ specification: DatasetSpecification, shape: SampleShape, seed: UInt64, _ images: ImageSettings
    ) throws -> (any SampleSource)? {
        do {
            let source = try specification.open(shape: shape, seed: seed, split: .test, images: images)
            if let folder = source as? ImageFolderSource, folder.scan?.hasSplits != true { return nil }
            return source
        } catch let error as DatasetError where error.category == .missing {
            return nil
        }
    }

    package var hasHeldOut: Bool { heldOut != nil }

    /// Where nothing is held out, this many training images are compared with, and as many others are their floor.
    private var half: Int { training.count / 2 }

    /// The samples that figures are taken against.
    package func reference(count: Int) -> ImageList {
        if let heldOut { return ImageList(evenlyFrom: heldOut, count: count) }
        let (source, order) = (training, order)
        return ImageList(source, count: min(count, max(1, half))) { order[$0] }
    }

    /// Training images in an order that does not follow the data's, those of the reference last.
    package func trainingImages(count: Int) -> ImageList {
        let (source, order, total) = (training, order, training.count)
        return ImageList(source, count: min(count, total)) { order[total - 1 - $0] }
    }

    /// The most training images that can take the generated ones' place: none of them is in the reference.
    package var floorLimit: Int { heldOut == nil ? training.count - max(1, half) : training.count }

    private var order: KeyedPermutation { KeyedPermutation(count: training.count, seed: 0, epoch: .max - 1, shard: 0) }
}
