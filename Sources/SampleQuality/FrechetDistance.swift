/// How far two Gaussians are from each other.
package enum FrechetDistance {
    /// d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½), the square of the 2-Wasserstein distance (Dowson and Landau, "The Fréchet
    /// distance between multivariate normal distributions", 1982). With the features of an Inception network it is the FID of
    /// Heusel et al. (2017).
    ///
    /// The trace of the root is that of (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric.
    ///
    /// - Returns: 0 for equal Gaussians; in the unit of the vectors, squared.
    package static func between(_ a: GaussianStatistics, _ b: GaussianStatistics) -> Double {
        precondition(a.dimension == b.dimension, "two Gaussians of one space")
        let n = a.dimension
        let shift = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let root = SymmetricEigen(a.covariance, size: n).applying { max(0, $0).squareRoot() }
        let product = multiply(multiply(root, b.covariance, size: n), root, size: n)
        // Rounding makes it a little asymmetric.
        var symmetric = product
        for row in 0..<n {
            for column in 0..<n {
                symmetric[row * n + column] = (product[row * n + column] + product[column * n + row]) / 2
            }
        }
        let rootTrace = SymmetricEigen(symmetric, size: n).values.reduce(0) { $0 + max(0, $1).squareRoot() }
        let traces = (0..<n).reduce(0) { $0 + a.covariance[$1 * (n + 1)] + b.covariance[$1 * (n + 1)] }
        return max(0, shift + traces - 2 * rootTrace)
    }

    private static func multiply(_ a: [Double], _ b: [Double], size n: Int) -> [Double] {
        var result = [Double](repeating: 0, count: n * n)
        for row in 0..<n {
            for inner in 0..<n {
                let factor = a[row * n + inner]
                for column in 0..<n { result[row * n + column] += factor * b[inner * n + column] }
            }
        }
        return result
    }
}
