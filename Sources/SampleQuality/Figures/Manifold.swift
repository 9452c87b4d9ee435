/// A set of feature vectors as the union of balls about them, each as large as the distance to the k-th nearest of the others. What is
/// nearest is found once, however many sets are compared with this one.
package struct Manifold: Sendable {
    package let features: FeatureMatrix
    /// The squared distances of each vector to its nearest others, the nearest first; infinite where there are fewer.
    private let nearest: [[Float]]

    /// - Parameter k: the most that `radii` will be asked for.
    package init(_ features: FeatureMatrix, most k: Int) {
        self.features = features
        nearest = Neighbourhoods.nearestDistances(in: features, count: k)
    }

    /// The squared radii of the balls.
    package func radii(k: Int) -> [Float] { nearest.map { $0[k - 1] } }
}
