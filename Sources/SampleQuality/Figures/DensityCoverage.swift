/// How densely generated samples lie among the real ones, and how many real ones have a generated one near them (Naeem, Oh, Uh,
/// Choi and Yoo, "Reliable fidelity and diversity metrics for generative models", 2020).
///
/// A real sample's ball reaches to the k-th nearest of the other real ones.
package struct DensityCoverage: Sendable {
    /// The paper's.
    package static let neighbours = 5

    /// For each generated sample, the real samples' balls that hold it, divided by k.
    package let densities: [Double]
    /// For each real sample, 1 where its ball holds a generated sample, else 0.
    package let covered: [Double]

    /// 1 where generated samples are distributed as the real ones; it may be more.
    package var density: Double { Bootstrap.mean(densities) }
    package var coverage: Double { Bootstrap.mean(covered) }

    package init(real: FeatureMatrix, generated: FeatureMatrix, k: Int = DensityCoverage.neighbours) {
        self.init(real: Manifold(real, most: k), generated: generated, k: k)
    }

    package init(real manifold: Manifold, generated: FeatureMatrix, k: Int = DensityCoverage.neighbours) {
        let (real, radii) = (manifold.features, manifold.radii(k: k))
        densities = Neighbourhoods.ballCounts(of: generated, about: real, radii: radii).map { Double($0) / Double(k) }
        covered = zip(Neighbourhoods.nearest(to: real, among: generated), radii)
            .map { nearest, radius in nearest.squaredDistance <= radius ? 1 : 0 }
    }
}
