/// The mean and the covariance of a set of vectors: a Gaussian fitted to it.
package struct GaussianStatistics: Sendable, Equatable {
    /// [dimension]
    package let mean: [Double]
    /// Σ (x − mean)(x − mean)ᵀ / (count − 1), [dimension, dimension]; zeros for a single vector.
    package let covariance: [Double]
    /// The number of vectors.
    package let count: Int

    package var dimension: Int { mean.count }

    package init(mean: [Double], covariance: [Double], count: Int) {
        precondition(covariance.count == mean.count * mean.count, "a covariance is a square of the mean's size")
        self.mean = mean
        self.covariance = covariance
        self.count = count
    }

    /// - Parameter vectors: [count, dimension].
    /// - Precondition: there is at least one.
    package init(of vectors: [Double], dimension: Int) {
        let count = vectors.count / dimension
        precondition(count > 0 && vectors.count == count * dimension, "vectors have \(dimension) values each")
        var mean = [Double](repeating: 0, count: dimension)
        for vector in 0..<count {
            for axis in 0..<dimension { mean[axis] += vectors[vector * dimension + axis] }
        }
        for axis in 0..<dimension { mean[axis] /= Double(count) }
        var product = CenteredProduct(dimension: dimension)
        vectors.withUnsafeBufferPointer { product.add($0, mean: mean) }
        self.init(mean: mean, covariance: product.matrix(dividedBy: Double(max(1, count - 1))), count: count)
    }
}

/// The sum of (x − mean)(x − mean)ᵀ over vectors, in blocks of them that stay in the cache: within a block, a pair of axes is
/// a scalar product over the vectors.
private struct CenteredProduct {
    private typealias Lanes = SIMD4<Double>
    private static let blockLanes = 32
    private static let block = blockLanes * Lanes.scalarCount

    private let dimension: Int
    private var sums: [Double]

    init(dimension: Int) {
        self.dimension = dimension
        sums = [Double](repeating: 0, count: dimension * dimension)
    }

    /// - Parameter vectors: [count, dimension].
    mutating func add(_ vectors: UnsafeBufferPointer<Double>, mean: [Double]) {
        let count = vectors.count / dimension
        // [dimension, block]; what no vector fills is 0.
        let lanes = UnsafeMutablePointer<Lanes>.allocate(capacity: dimension * Self.blockLanes)
        defer { lanes.deallocate() }
        let values = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Double.self)
        for first in stride(from: 0, to: count, by: Self.block) {
            lanes.update(repeating: .zero, count: dimension * Self.blockLanes)
            for place in 0..<min(Self.block, count - first) {
                let vector = vectors.baseAddress! + (first + place) * dimension
                for axis in 0..<dimension { values[axis * Self.block + place] = vector[axis] - mean[axis] }
            }
            addBlock(lanes)
        }
    }

    private mutating func addBlock(_ lanes: UnsafePointer<Lanes>) {
        let (dimension, width) = (dimension, Self.blockLanes)
        sums.withUnsafeMutableBufferPointer { sums in
            for row in 0..<dimension {
                let left = lanes + row * width
                var column = 0
                // Four columns share the row's loads.
                while column + 3 <= row {
                    let right = lanes + column * width
                    var (a, b, c, d) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
                    for lane in 0..<width {
                        let value = left[lane]
                        a += value * right[lane]
                        b += value * right[width + lane]
                        c += value * right[2 * width + lane]
                        d += value * right[3 * width + lane]
                    }
                    let place = row * dimension + column
                    sums[place] += a.sum()
                    sums[place + 1] += b.sum()
                    sums[place + 2] += c.sum()
                    sums[place + 3] += d.sum()
                    column += 4
                }
                while column <= row {
                    let right = lanes + column * width
                    var sum = Lanes.zero
                    for lane in 0..<width { sum += left[lane] * right[lane] }
                    sums[row * dimension + column] += sum.sum()
                    column += 1
                }
            }
        }
    }

    /// The whole symmetric matrix.
    func matrix(dividedBy divisor: Double) -> [Double] {
        var result = [Double](repeating: 0, count: dimension * dimension)
        for row in 0..<dimension {
            for column in 0...row {
                let value = sums[row * dimension + column] / divisor
                result[row * dimension + column] = value
                result[column * dimension + row] = value
            }
        }
        return result
    }
}
