/// The iteration space of an element-wise loop, reduced to three axes (outer, rows, columns), and how each operand
/// lies in it.
///
/// Neighbouring axes are merged where every operand either runs through both or is constant along both.
struct LoopSpace {
    var extents: (outer: Int, rows: Int, columns: Int)

    /// Steps of an operand along the three axes, in elements; 0 where it does not change.
    struct Strides: Hashable {
        var outer: Int
        var rows: Int
        var columns: Int
    }

    private var groups: [Range<Int>]
    private let shape: Shape

    /// Nil if the operands' patterns need more than three axes.
    init?(shape: Shape, operands: some Sequence<Shape>) {
        self.shape = shape
        let axes = (0..<shape.rank).filter { shape[$0] > 1 }
        let patterns = operands.map { operand in axes.map { operand[$0] > 1 } }
        var groups: [Range<Int>] = []
        for (index, axis) in axes.enumerated() {
            let merges =
                index > 0 && patterns.allSatisfy { $0[index] == $0[index - 1] }
            if merges {
                groups[groups.count - 1] = groups.last!.lowerBound..<axis + 1
            } else {
                groups.append(axis..<axis + 1)
            }
        }
        guard groups.count <= 3 else { return nil }
        self.groups = groups
        let counts = groups.map { $0.reduce(1) { $0 * shape[$1] } }
        let padded = Array(repeating: 1, count: 3 - counts.count) + counts
        extents = (padded[0], padded[1], padded[2])
    }

    /// The steps of an operand whose extents are those of the loop or 1.
    func strides(of operand: Shape) -> Strides {
        var steps: [Int] = []
        var step = 1
        for group in groups.reversed() {
            let varies = group.contains { operand[$0] > 1 }
            steps.insert(varies ? step : 0, at: 0)
            if varies { step *= group.reduce(1) { $0 * shape[$1] } }
        }
        let padded = Array(repeating: 0, count: 3 - steps.count) + steps
        return Strides(outer: padded[0], rows: padded[1], columns: padded[2])
    }
}
