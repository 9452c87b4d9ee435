/// What is near to what among feature vectors. Distances are squared.
package enum Neighbourhoods {
    /// A vector's nearest one of another set.
    package struct Nearest: Sendable, Equatable {
        package var index: Int
        package var squaredDistance: Float
    }

    /// The squared distances of each vector to its `count` nearest ones of the same set, itself not counted, the nearest first;
    /// infinite where there are fewer others.
    static func nearestDistances(in features: FeatureMatrix, count k: Int) -> [[Float]] {
        precondition(k > 0, "the k-th nearest is counted from 1")
        let none = [Float](repeating: .infinity, count: k)
        return DistanceTiles(from: features, to: features).reduceRows(none) { nearest, row, firstColumn, distances in
            let own = row - firstColumn
            if distances.indices.contains(own) { distances[own] = .infinity }
            for distance in distances where distance < nearest[k - 1] {
                var place = k - 1
                while place > 0, nearest[place - 1] > distance {
                    nearest[place] = nearest[place - 1]
                    place -= 1
                }
                nearest[place] = distance
            }
        }
    }

    /// How many of the balls about `centres` hold each of the `points`; their edge belongs to them.
    ///
    /// - Parameter radii: squared, one a centre.
    package static func ballCounts(
        of points: FeatureMatrix, about centres: FeatureMatrix, radii: [Float]
    ) -> [Int] {
        precondition(radii.count == centres.count, "a ball has a radius")
        return DistanceTiles(from: points, to: centres).reduceRows(0) { count, _, firstColumn, distances in
            radii.withUnsafeBufferPointer { radii in
                var inside: Int32 = 0
                for column in distances.indices { inside += distances[column] <= radii[firstColumn + column] ? 1 : 0 }
                count += Int(inside)
            }
        }
    }

    /// The nearest of `candidates` to each of the `points`; of equally near ones, the first.
    ///
    /// - Parameter excludingSelf: row i of the points is row i of the candidates, and not a candidate for itself.
    package static func nearest(
        to points: FeatureMatrix, among candidates: FeatureMatrix, excludingSelf: Bool = false
    ) -> [Nearest] {
        let none = Nearest(index: 0, squaredDistance: .infinity)
        return DistanceTiles(from: points, to: candidates).reduceRows(none) { nearest, row, firstColumn, distances in
            let own = row - firstColumn
            if excludingSelf, distances.indices.contains(own) { distances[own] = .infinity }
            for (column, distance) in distances.enumerated() where distance < nearest.squaredDistance {
                nearest = Nearest(index: firstColumn + column, squaredDistance: distance)
            }
        }
    }
}
