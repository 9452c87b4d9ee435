import Datasets
import TensorCore

/// The kernel distance, KID (Bińkowski, Sutherland, Arbel and Gretton, "Demystifying MMD GANs", 2018): the squared maximum mean
/// discrepancy of two sets by the kernel k(x, y) = (x·y / d + 1)³ in d dimensions, an unbiased estimate, averaged over subsets.
package struct KernelDistance: Sendable, Equatable {
    /// Over the subsets; may be a little below 0.
    package let mean: Double
    /// The standard deviation over the subsets (divided by their number).
    package let deviation: Double
    package let subsets: Int
    /// Samples of each set in a subset.
    package let subsetSize: Int

    /// Subsets of 1,000 samples where there are 3,000 or more; else of a third, so that they differ.
    package static func subsetSize(real: Int, generated: Int) -> Int { min(1000, max(2, min(real, generated) / 3)) }

    /// - Parameters:
    ///   - subsets: how many, drawn without replacement by a keyed permutation of `seed`.
    /// - Precondition: each set has two samples or more.
    package init(real: FeatureMatrix, generated: FeatureMatrix, subsets: Int = 100, seed: UInt64 = 0) {
        let size = KernelDistance.subsetSize(real: real.count, generated: generated.count)
        func draw(_ count: Int, subset: Int, part: Int) -> [Int] {
            let order = KeyedPermutation(count: count, seed: seed, epoch: UInt64(subset), shard: part)
            return (0..<size).map { order[$0] }
        }
        self.init(
            real: real, generated: generated,
            subsets: (0..<subsets).map {
                (real: draw(real.count, subset: $0, part: 0), generated: draw(generated.count, subset: $0, part: 1))
            })
    }

    /// - Parameter subsets: rows of both matrices; all of one size, and at least one.
    package init(real: FeatureMatrix, generated: FeatureMatrix, subsets: [(real: [Int], generated: [Int])]) {
        let values = Parallel.map(subsets.count) { index in
            KernelDistance.squaredDiscrepancy(
                real.rows(subsets[index].real), generated.rows(subsets[index].generated))
        }
        let mean = Bootstrap.mean(values)
        self.mean = mean
        deviation = Bootstrap.mean(values.map { ($0 - mean) * ($0 - mean) }).squareRoot()
        self.subsets = subsets.count
        subsetSize = subsets[0].generated.count
    }

    /// Σ_{i≠j} k(xᵢ, xⱼ) / (m (m − 1)) + Σ_{i≠j} k(yᵢ, yⱼ) / (n (n − 1)) − 2 Σ k(xᵢ, yⱼ) / (m n).
    private static func squaredDiscrepancy(_ x: FeatureMatrix, _ y: FeatureMatrix) -> Double {
        func mean(_ features: FeatureMatrix) -> Double {
            let pairs = Double(features.count) * Double(features.count - 1)
            return (kernelSum(features, features) - kernelTrace(features)) / pairs
        }
        return mean(x) + mean(y) - 2 * kernelSum(x, y) / (Double(x.count) * Double(y.count))
    }

    private static func kernel(_ product: Float, _ dimensions: Int) -> Double {
        let base = Double(product) / Double(dimensions) + 1
        return base * base * base
    }

    private static func kernelSum(_ x: FeatureMatrix, _ y: FeatureMatrix) -> Double {
        let tileRows = 128
        let tile = AlignedVector(uninitialized: tileRows * y.count)
        var sum = 0.0
        for first in stride(from: 0, to: x.count, by: tileRows) {
            let rows = min(tileRows, x.count - first)
            x.values.withUnsafeBufferPointer { left in
                y.values.withUnsafeBufferPointer { right in
                    DenseProduct.multiply(
                        left.baseAddress! + first * x.dimensions, byTransposed: right.baseAddress!, into: tile.pointer,
                        rows: rows, columns: y.count, inner: x.dimensions)
                }
            }
            for row in 0..<rows {
                var rowSum = 0.0
                for column in 0..<y.count { rowSum += kernel(tile.pointer[row * y.count + column], x.dimensions) }
                sum += rowSum
            }
        }
        return sum
    }

    private static func kernelTrace(_ x: FeatureMatrix) -> Double {
        x.values.withUnsafeBufferPointer { values in
            var sum = 0.0
            for row in 0..<x.count {
                var product: Float = 0
                for place in row * x.dimensions..<(row + 1) * x.dimensions { product += values[place] * values[place] }
                sum += kernel(product, x.dimensions)
            }
            return sum
        }
    }
}
