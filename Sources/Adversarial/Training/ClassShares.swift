import TensorCore

/// How often each class comes in the data: what the labels of fakes are drawn by.
public struct ClassShares: Sendable, Hashable {
    /// Samples of each class.
    public let counts: [Int]
    /// The samples of the classes up to each.
    private let cumulative: [Double]

    /// - Precondition: there is a sample.
    public init(counts: [Int]) {
        precondition(counts.allSatisfy { $0 >= 0 } && counts.contains { $0 > 0 }, "classes without a sample")
        self.counts = counts
        var (sum, sums) = (0.0, [Double]())
        for count in counts {
            sum += Double(count)
            sums.append(sum)
        }
        cumulative = sums
    }

    /// Classes.
    public var count: Int { counts.count }

    /// The class at `u` in [0, 1): class k takes the part of the interval that is its share of the data, in the order of the
    /// classes.
    public func label(at u: Float) -> Int {
        let place = Double(u) * cumulative[cumulative.count - 1]
        return cumulative.firstIndex { place < $0 } ?? counts.lastIndex { $0 > 0 }!
    }

    /// Draws labels, as whole numbers.
    public func fill(_ labels: UnsafeMutableBufferPointer<Float>, from stream: RandomStream) {
        stream.fillUniform(labels)
        for index in labels.indices { labels[index] = Float(label(at: labels[index])) }
    }
}
