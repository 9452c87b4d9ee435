/// The directions in which a set of vectors varies most: the leading eigenvectors of its covariance.
package struct PrincipalComponents: Sendable {
    /// [dimension]
    package let mean: [Double]
    /// Orthonormal, a row each, that of the largest variance first: [count, dimension].
    package let components: [Double]
    /// The variance along each component.
    package let variances: [Double]
    /// The share of the whole variance that lies along the components, 0 to 1.
    package let explainedShare: Double

    package var dimension: Int { mean.count }
    package var count: Int { variances.count }

    /// - Parameter count: components to keep; never more than there are dimensions, or vectors less one.
    package init(of statistics: GaussianStatistics, count: Int) {
        let dimension = statistics.dimension
        let eigen = SymmetricEigen(statistics.covariance, size: dimension)
        let kept = max(1, min(count, dimension, statistics.count - 1))
        mean = statistics.mean
        components = Array(eigen.vectors[..<(kept * dimension)])
        variances = eigen.values[..<kept].map { max(0, $0) }
        let whole = (0..<dimension).reduce(0) { $0 + statistics.covariance[$1 * (dimension + 1)] }
        explainedShare = whole > 0 ? min(1, variances.reduce(0, +) / whole) : 1
    }

    /// The coordinates of vectors [n, dimension] along the components: [n, count].
    package func project(_ vectors: [Double]) -> [Double] {
        let number = vectors.count / dimension
        precondition(vectors.count == number * dimension, "vectors have \(dimension) values each")
        var result = [Double](repeating: 0, count: number * count)
        var centered = [Double](repeating: 0, count: dimension)
        for vector in 0..<number {
            for axis in 0..<dimension { centered[axis] = vectors[vector * dimension + axis] - mean[axis] }
            for component in 0..<count {
                var sum = SIMD4<Double>.zero
                let row = component * dimension
                var axis = 0
                while axis + 4 <= dimension {
                    let values = SIMD4(
                        components[row + axis], components[row + axis + 1], components[row + axis + 2],
                        components[row + axis + 3])
                    sum +=
                        values
                        * SIMD4(centered[axis], centered[axis + 1], centered[axis + 2], centered[axis + 3])
                    axis += 4
                }
                var coordinate = sum.sum()
                while axis < dimension {
                    coordinate += components[row + axis] * centered[axis]
                    axis += 1
                }
                result[vector * count + component] = coordinate
            }
        }
        return result
    }
}
