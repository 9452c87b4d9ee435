/// The extents of a tensor, outermost first: images are `[batch, height, width, channels]`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public var dimensions: [Int]

    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 > 0 }, "a shape has positive extents, not \(dimensions)")
        self.dimensions = dimensions
    }

    public init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    public var rank: Int { dimensions.count }

    /// Number of elements; 1 for a scalar, whose shape is `[]`.
    public var count: Int { dimensions.reduce(1, *) }

    public var description: String { "\(dimensions)" }

    public subscript(axis: Int) -> Int {
        get { dimensions[axis] }
        set { dimensions[axis] = newValue }
    }

    /// The shape with as many leading ones as `rank` asks for.
    func padded(toRank rank: Int) -> [Int] {
        Array(repeating: 1, count: rank - dimensions.count) + dimensions
    }

    /// The shape to which both broadcast, by NumPy's rule: aligned at the right, extents equal or 1.
    static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        let rank = max(a.rank, b.rank)
        var result: [Int] = []
        for (x, y) in zip(a.padded(toRank: rank), b.padded(toRank: rank)) {
            guard x == y || x == 1 || y == 1 else { return nil }
            result.append(max(x, y))
        }
        return Shape(result)
    }
}
