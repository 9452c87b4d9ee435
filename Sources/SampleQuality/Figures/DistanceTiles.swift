import TensorCore

/// Squared Euclidean distances between the rows of two feature matrices, ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b: the products are
/// matrix products of tiles that stay in the cache. Both matrices are measured from the second one's mean, so that little is
/// lost in the difference.
package struct DistanceTiles: Sendable {
    private static let tileRows = 128
    private static let tileColumns = 1024

    private let a: CentredRows
    private let b: CentredRows

    package init(from a: FeatureMatrix, to b: FeatureMatrix) {
        precondition(a.dimensions == b.dimensions, "features of one space")
        let origin = b.mean.map(Float.init)
        self.a = CentredRows(a, origin: origin)
        self.b = CentredRows(b, origin: origin)
    }

    /// Runs through all distances of each row of the first matrix.
    ///
    /// - Parameters:
    ///   - initial: what a row begins with.
    ///   - body: takes the squared distances of a row to the second matrix's rows from `firstColumn` on. It may change them.
    /// - Returns: what comes of each row.
    package func reduceRows<State: Sendable>(
        _ initial: State,
        _ body:
            @Sendable (
                _ state: inout State, _ row: Int, _ firstColumn: Int, _ distances: UnsafeMutableBufferPointer<Float>
            ) -> Void
    ) -> [State] {
        let blocks = (a.count + Self.tileRows - 1) / Self.tileRows
        return Parallel.map(blocks) { block in
            let rows = block * Self.tileRows..<min(a.count, (block + 1) * Self.tileRows)
            return reduce(rows, initial, body)
        }.flatMap { $0 }
    }

    private func reduce<State>(
        _ rows: Range<Int>, _ initial: State,
        _ body: (inout State, Int, Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) -> [State] {
        var states = [State](repeating: initial, count: rows.count)
        let tile = AlignedVector(uninitialized: Self.tileRows * Self.tileColumns)
        for firstColumn in stride(from: 0, to: b.count, by: Self.tileColumns) {
            let columns = min(Self.tileColumns, b.count - firstColumn)
            a.values.withUnsafeBufferPointer { left in
                b.values.withUnsafeBufferPointer { right in
                    DenseProduct.multiply(
                        left.baseAddress! + rows.lowerBound * a.dimensions,
                        byTransposed: right.baseAddress! + firstColumn * b.dimensions, into: tile.pointer,
                        rows: rows.count, columns: columns, inner: a.dimensions)
                }
            }
            for row in rows.indices {
                let place = row - rows.lowerBound
                let distances = UnsafeMutableBufferPointer(start: tile.pointer + place * columns, count: columns)
                let norm = a.norms[row]
                b.norms.withUnsafeBufferPointer { norms in
                    for column in 0..<columns {
                        let distance = norm + norms[firstColumn + column] - 2 * distances[column]
                        distances[column] = distance < 0 ? 0 : distance
                    }
                }
                body(&states[place], row, firstColumn, distances)
            }
        }
        return states
    }
}

/// Rows less a point, and their squared lengths.
private struct CentredRows: Sendable {
    let values: [Float]
    let norms: [Float]
    let count: Int
    let dimensions: Int

    init(_ features: FeatureMatrix, origin: [Float]) {
        (count, dimensions) = (features.count, features.dimensions)
        var values = features.values
        var norms = [Float](repeating: 0, count: count)
        values.withUnsafeMutableBufferPointer { values in
            for row in 0..<features.count {
                var sum: Float = 0
                for axis in 0..<origin.count {
                    let place = row * origin.count + axis
                    values[place] -= origin[axis]
                    sum += values[place] * values[place]
                }
                norms[row] = sum
            }
        }
        (self.values, self.norms) = (values, norms)
    }
}
