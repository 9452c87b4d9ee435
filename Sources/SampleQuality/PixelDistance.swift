import Datasets

/// How far images are from a data set: the Fréchet distance to its held-out part in a fixed space, that of the principal
/// components of the training pixels.
///
/// Pixels are from 0 to 1, so that 1 is the distance of two sets whose means differ by one pixel from black to white. Fewer
/// images than some thousands give a larger distance (the covariance of few is of low rank): compare equal numbers only.
package struct PixelDistance: Sendable {
    /// Components by default.
    package static let componentCount = 64
    /// The fewest images whose covariance in as many dimensions can be of full rank: n images have rank n − 1 at most.
    package static let fewestImages = componentCount + 1
    /// Fewer than this, and the distance comes out clearly too large.
    package static let manyImages = 2000

    /// Why there is no distance between so many images of each kind; nil if there is one.
    package static func obstacle(training: Int, heldOut: Int) -> String? {
        let fewest = min(training, heldOut)
        guard fewest < fewestImages else { return nil }
        let name = training < heldOut ? "training image" : "image"
        let what = fewest == 1 ? "1 \(name) gives no covariance" : "\(fewest) \(name)s give no covariance of full rank"
        return "\(what) in \(componentCount) dimensions; expected \(fewestImages) or more"
    }

    package let space: PrincipalComponents
    /// The distance of the training images to the held-out ones: what a generator without fault would get.
    package let ofTraining: Double
    private let reduction: PixelReduction
    private let heldOut: GaussianStatistics

    /// - Parameters:
    ///   - training: images, the space's.
    ///   - heldOut: images of the same shape, the reference.
    ///   - count: the most images of each, taken evenly.
    ///   - progress: called with the number of images read so far.
    /// - Throws: `DatasetError` when an image cannot be read, and what `progress` throws.
    package init(
        training: any SampleSource, heldOut: any SampleSource, count: Int = 10_000,
        components: Int = PixelDistance.componentCount, progress: (Int) throws -> Void = { _ in }
    ) throws {
        precondition(training.shape == heldOut.shape, "training and held-out images have one shape")
        reduction = PixelReduction(of: training.shape)
        let reduction = reduction
        func read(_ source: any SampleSource, after done: Int) throws -> [Double] {
            let samples = EvenSamples(of: source, count: count)
            var values: [Double] = []
            values.reserveCapacity(samples.count * reduction.dimension)
            for place in 0..<samples.count {
                values.append(contentsOf: reduction(try source.sample(samples.index(place))))
                try progress(done + place + 1)
            }
            return values
        }
        let trainingPixels = try read(training, after: 0)
        let heldOutPixels = try read(heldOut, after: trainingPixels.count / reduction.dimension)
        let space = PrincipalComponents(
            of: GaussianStatistics(of: trainingPixels, dimension: reduction.dimension), count: components)
        func statistics(_ pixels: [Double]) -> GaussianStatistics {
            GaussianStatistics(of: space.project(pixels), dimension: space.count)
        }
        self.space = space
        self.heldOut = statistics(heldOutPixels)
        ofTraining = FrechetDistance.between(statistics(trainingPixels), self.heldOut)
    }

    /// The distance of images [n, height, width, channels], pixels from 0 to 1.
    package func distance(of images: [Float]) -> Double {
        let coordinates = space.project(reduction(images))
        return FrechetDistance.between(GaussianStatistics(of: coordinates, dimension: space.count), heldOut)
    }
}
