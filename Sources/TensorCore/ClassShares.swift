/// Draws class numbers with the shares that the classes have in a data set: class k with probability countₖ / total.
///
/// A drawn u in [0, 1) gives the class of sample ⌊u · total⌋ of all samples in the order of their classes, so a class without
/// samples is never drawn, and evenly spaced u give exactly the counts.
public struct ClassShares: Hashable, Sendable {
    /// `ends[k]`: samples of the classes 0 to k.
    private let ends: [Int]

    /// - Parameter counts: samples of each class.
    /// - Precondition: no count is negative, and there is a sample.
    public init(counts: [Int]) {
        precondition(counts.allSatisfy { $0 >= 0 } && counts.contains { $0 > 0 }, "shares are those of some samples")
        var total = 0
        ends = counts.map {
            total += $0
            return total
        }
    }

    /// The number of classes, those without samples included.
    public var count: Int { ends.count }

    /// The class of `u`, which is in [0, 1); what lies outside is taken for the nearest inside.
    public func label(for u: Double) -> Int {
        let total = ends[ends.count - 1]
        let place = Int(min(max(0, u) * Double(total), Double(total - 1)))
        // The first class that ends behind `place`.
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The class of `u`: exact, since 24 bits of a `Float` times a count are exact in a `Double`.
    public func label(for u: Float) -> Int { label(for: Double(u)) }

    /// Draws a class for each element of `labels`, as whole numbers.
    public func fill(_ labels: UnsafeMutableBufferPointer<Float>, from stream: RandomStream) {
        stream.fillUniform(labels)
        for index in labels.indices { labels[index] = Float(label(for: labels[index])) }
    }
}
