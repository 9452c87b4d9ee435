/// Feature vectors, a row each: [count, dimensions].
package struct FeatureMatrix: Sendable, Equatable {
    package let values: [Float]
    package let count: Int
    package let dimensions: Int

    /// - Precondition: `dimensions` is positive, and the values make up whole rows.
    package init(_ values: [Float], dimensions: Int) {
        precondition(
            dimensions > 0 && values.count % dimensions == 0, "feature vectors have \(dimensions) values each")
        self.values = values
        self.dimensions = dimensions
        count = values.count / dimensions
    }

    /// Some of the rows, in their order.
    package func rows(_ indices: some Sequence<Int>) -> FeatureMatrix {
        FeatureMatrix(
            indices.flatMap { values[$0 * dimensions..<($0 + 1) * dimensions] }, dimensions: dimensions)
    }

    /// The first rows, all where there are fewer.
    package func prefix(_ count: Int) -> FeatureMatrix {
        count >= self.count ? self : FeatureMatrix(Array(values[..<(count * dimensions)]), dimensions: dimensions)
    }

    /// The mean of the rows, [dimensions].
    package var mean: [Double] {
        var sums = [Double](repeating: 0, count: dimensions)
        values.withUnsafeBufferPointer { values in
            for row in 0..<count {
                for axis in 0..<dimensions { sums[axis] += Double(values[row * dimensions + axis]) }
            }
        }
        return sums.map { $0 / Double(max(1, count)) }
    }

    package var isFinite: Bool { values.allSatisfy(\.isFinite) }
}

extension GaussianStatistics {
    package init(of features: FeatureMatrix) {
        self.init(of: features.values.map(Double.init), dimension: features.dimensions)
    }
}
