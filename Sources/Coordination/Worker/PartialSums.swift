import CKernels

/// The sums that a worker builds from its shards' contributions, for one lease.
package struct PartialSums {
    private let shape: ReductionShape
    /// Sums by their first shard.
    private var sums: [Int: PooledVector] = [:]

    var isEmpty: Bool { sums.isEmpty }

    package init(shape: ReductionShape) { self.shape = shape }

    /// Adds a shard's contribution, and carries the sum `levels` levels up: every sibling on the way is already here.
    package mutating func accumulate(_ contribution: PooledVector, shard: Int, levels: Int) {
        var node = ReductionNode(shard: shard)
        var sum = contribution
        for _ in 0..<levels {
            if let sibling = shape.sibling(of: node) {
                let other = sums.removeValue(forKey: sibling.firstShard)!
                let (left, right) = node.isLeftChild ? (sum, other) : (other, sum)
                ck_add(left.pointer, right.pointer, left.pointer, left.count)
                sum = left
            }
            node = node.parent
        }
        sums[node.firstShard] = sum
    }

    /// Hands out the sum of a node that is complete.
    package mutating func take(_ node: ReductionNode) -> PooledVector { sums.removeValue(forKey: node.firstShard)! }
}
