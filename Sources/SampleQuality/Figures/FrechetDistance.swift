/// How far two Gaussians are from each other.
package enum FrechetDistance {
    /// The most dimensions of which `bootstrap` takes the time.
    package static let mostBootstrapDimensions = 200

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
        let product = SquareMatrix.multiply(
            SquareMatrix.multiply(root, b.covariance, size: n), root, size: n)
        // Rounding makes it a little asymmetric.
        var symmetric = product
        for row in 0..<n {
            for column in 0..<n {
                symmetric[row * n + column] = (product[row * n + column] + product[column * n + row]) / 2
            }
        }
        let rootTrace = SymmetricEigen(symmetric, size: n, withVectors: false).values
            .reduce(0) { $0 + max(0, $1).squareRoot() }
        let traces = (0..<n).reduce(0) { $0 + a.covariance[$1 * (n + 1)] + b.covariance[$1 * (n + 1)] }
        return max(0, shift + traces - 2 * rootTrace)
    }

    /// Distances of resampled sets. Whole groups of samples are drawn with replacement, 200 of each set (or one a sample),
    /// whose sums are known: a covariance then costs additions alone.
    ///
    /// - Returns: a distance for each resample.
    package static func bootstrap(
        _ real: FeatureMatrix, _ generated: FeatureMatrix, resamples: Int = 200, seed: UInt64
    ) -> [Double] {
        let groups = [real, generated].map { GroupedSums($0, groups: 200, about: real) }
        return Parallel.map(resamples) { index in
            var generator = SampleGenerator(seed: seed, step: UInt64(index))
            let statistics = groups.map { $0.resampled(with: &generator) }
            return between(statistics[0], statistics[1])
        }
    }
}

/// First and second moments of groups of a set's samples.
private struct GroupedSums {
    private let dimension: Int
    private let groups: Int
    /// The point that vectors are measured from, so that the moments lose no digits.
    private let origin: [Double]
    /// Samples of each group.
    private let counts: [Int]
    /// [groups, dimension]
    private let sums: [Double]
    /// [groups, dimension, dimension]
    private let products: [Double]

    /// Sample i is of group i mod `groups`.
    init(_ features: FeatureMatrix, groups most: Int, about reference: FeatureMatrix) {
        let (dimension, groups) = (features.dimensions, min(most, features.count))
        let origin = reference.mean
        var counts = [Int](repeating: 0, count: groups)
        var sums = [Double](repeating: 0, count: groups * dimension)
        var products = [Double](repeating: 0, count: groups * dimension * dimension)
        var vector = [Double](repeating: 0, count: dimension)
        features.values.withUnsafeBufferPointer { values in
            products.withUnsafeMutableBufferPointer { products in
                for sample in 0..<features.count {
                    let group = sample % groups
                    counts[group] += 1
                    for axis in 0..<dimension {
                        vector[axis] = Double(values[sample * dimension + axis]) - origin[axis]
                        sums[group * dimension + axis] += vector[axis]
                    }
                    vector.withUnsafeBufferPointer { vector in
                        for row in 0..<dimension {
                            let (left, place) = (vector[row], (group * dimension + row) * dimension)
                            for column in 0..<dimension { products[place + column] += left * vector[column] }
                        }
                    }
                }
            }
        }
        (self.dimension, self.groups, self.origin) = (dimension, groups, origin)
        (self.counts, self.sums, self.products) = (counts, sums, products)
    }

    /// As many groups as there are, drawn with replacement.
    func resampled(with generator: inout SampleGenerator) -> GaussianStatistics {
        var count = 0
        var mean = [Double](repeating: 0, count: dimension)
        var covariance = [Double](repeating: 0, count: dimension * dimension)
        for _ in 0..<groups {
            let group = generator.index(below: groups)
            count += counts[group]
            for axis in 0..<dimension { mean[axis] += sums[group * dimension + axis] }
            let first = group * dimension * dimension
            covariance.withUnsafeMutableBufferPointer { covariance in
                products.withUnsafeBufferPointer { products in
                    for place in covariance.indices { covariance[place] += products[first + place] }
                }
            }
        }
        for axis in 0..<dimension { mean[axis] /= Double(count) }
        for row in 0..<dimension {
            for column in 0..<dimension {
                let place = row * dimension + column
                covariance[place] =
                    (covariance[place] - Double(count) * mean[row] * mean[column]) / Double(max(1, count - 1))
            }
        }
        for axis in 0..<dimension { mean[axis] += origin[axis] }
        return GaussianStatistics(mean: mean, covariance: covariance, count: count)
    }
}
