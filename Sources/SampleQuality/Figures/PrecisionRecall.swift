/// Which generated samples lie where real ones do, and which real ones lie where generated ones do (Kynkäänniemi, Karras, Laine,
/// Lehtinen and Aila, "Improved precision and recall metric for assessing generative models", 2019).
///
/// A set's manifold is the union of balls about its vectors, each as large as the distance to the k-th nearest of the others.
package struct PrecisionRecall: Sendable {
    /// The paper's.
    package static let neighbours = 3

    /// For each generated sample, 1 in the real ones' manifold, else 0.
    package let precise: [Double]
    /// For each real sample, 1 in the generated ones' manifold, else 0.
    package let recalled: [Double]

    package var precision: Double { Bootstrap.mean(precise) }
    package var recall: Double { Bootstrap.mean(recalled) }

    package init(real: FeatureMatrix, generated: FeatureMatrix, k: Int = PrecisionRecall.neighbours) {
        self.init(real: Manifold(real, most: k), generated: generated, k: k)
    }

    package init(real: Manifold, generated: FeatureMatrix, k: Int = PrecisionRecall.neighbours) {
        func shares(_ points: FeatureMatrix, in manifold: Manifold) -> [Double] {
            Neighbourhoods.ballCounts(of: points, about: manifold.features, radii: manifold.radii(k: k))
                .map { $0 > 0 ? 1 : 0 }
        }
        precise = shares(generated, in: real)
        recalled = shares(real.features, in: Manifold(generated, most: k))
    }
}
