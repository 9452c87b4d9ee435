/// Whether a generator repeats what it was trained on: the mean distance of generated images to their nearest training image,
/// over that of held-out images, which nobody can have learnt by heart (the idea of Meehan, Chaudhuri and Dasgupta, "A
/// non-parametric test to detect data-copying in generative models", 2020). 1 for images as new as the held-out ones; towards 0
/// for copies.
package struct Memorisation: Sendable {
    /// The nearest training vector of each generated one.
    package let nearest: [Neighbourhoods.Nearest]
    private let distances: [Double]
    private let heldOutDistances: [Double]

    package var ratio: Double { Bootstrap.mean(distances) / Bootstrap.mean(heldOutDistances) }

    /// - Parameters:
    ///   - excludingSelf: row i of `generated` is row i of `training`: real training images take the generated ones' place.
    package init(
        generated: FeatureMatrix, training: FeatureMatrix, heldOut: FeatureMatrix, excludingSelf: Bool = false
    ) {
        self.init(
            nearest: Neighbourhoods.nearest(to: generated, among: training, excludingSelf: excludingSelf),
            heldOut: Neighbourhoods.nearest(to: heldOut, among: training))
    }

    /// The nearest training vectors, which were found before.
    package init(nearest: [Neighbourhoods.Nearest], heldOut: [Neighbourhoods.Nearest]) {
        self.nearest = nearest
        distances = nearest.map { Double($0.squaredDistance).squareRoot() }
        heldOutDistances = heldOut.map { Double($0.squaredDistance).squareRoot() }
    }

    /// The generated images that are nearest to a training image, the nearest first.
    package func nearestPairs(_ count: Int) -> [(generated: Int, training: Int)] {
        nearest.indices.sorted { (nearest[$0].squaredDistance, $0) < (nearest[$1].squaredDistance, $1) }
            .prefix(count).map { (generated: $0, training: nearest[$0].index) }
    }

    /// Ratios where both kinds of images are resampled.
    package func bootstrap(resamples: Int = Bootstrap.resamples, seed: UInt64) -> [Double] {
        Parallel.map(resamples) { index in
            var generator = SampleGenerator(seed: seed, step: UInt64(index))
            func mean(_ values: [Double]) -> Double {
                var sum = 0.0
                for _ in values { sum += values[generator.index(below: values.count)] }
                return sum / Double(values.count)
            }
            return mean(distances) / mean(heldOutDistances)
        }
    }
}
