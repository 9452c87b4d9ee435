/// A node of the reduction tree: the sum over the shards `index << level ..< (index + 1) << level`, cut at the last.
package struct ReductionNode: Hashable, Sendable {
    /// Height above the leaves: 0 for a shard.
    package var level: Int
    package var index: Int

    package init(level: Int, index: Int) {
        self.level = level
        self.index = index
    }

    /// The leaf of one shard.
    package init(shard: Int) { self.init(level: 0, index: shard) }

    package var parent: ReductionNode { ReductionNode(level: level + 1, index: index >> 1) }

    /// The leftmost shard below it; also the slot in which its sum is kept.
    package var firstShard: Int { index << level }

    package var isLeftChild: Bool { index & 1 == 0 }
}

/// The fixed binary tree over `shards` leaves in which gradients are summed.
///
/// Leaf s is shard s; a node is left + right; a left child without a right sibling passes through unchanged. The shape
/// follows from the number of shards alone, so the sum has one order and one bit pattern, whoever computes its parts.
package struct ReductionShape: Hashable, Sendable {
    package let shards: Int
    /// Levels above the leaves.
    package let height: Int
    /// Position of the first node of each level in an array of all nodes.
    private let offsets: [Int]
    package let nodeCount: Int

    package init(shards: Int) {
        precondition(shards > 0, "a tree has a leaf")
        self.shards = shards
        var offsets = [0]
        var width = shards
        var count = shards
        while width > 1 {
            offsets.append(count)
            width = (width + 1) / 2
            count += width
        }
        self.offsets = offsets
        height = offsets.count - 1
        nodeCount = count
    }

    package var root: ReductionNode { ReductionNode(level: height, index: 0) }

    package func contains(_ node: ReductionNode) -> Bool {
        node.level >= 0 && node.level <= height && node.index >= 0 && node.index < width(of: node.level)
    }

    /// The position of a node in an array of `nodeCount`.
    package func position(_ node: ReductionNode) -> Int { offsets[node.level] + node.index }

    /// The other child of the node's parent; nil for the root and for a left child that passes through.
    package func sibling(of node: ReductionNode) -> ReductionNode? {
        let sibling = ReductionNode(level: node.level, index: node.index ^ 1)
        return node.level < height && sibling.index < width(of: node.level) ? sibling : nil
    }

    /// The shards below a node.
    package func leaves(below node: ReductionNode) -> Range<Int> {
        node.firstShard..<Swift.min((node.index + 1) << node.level, shards)
    }

    /// The largest complete subtrees within a set of shards, left to right: what a worker sends one sum each of.
    package func maximalNodes(within shards: some Sequence<Int>) -> [ReductionNode] {
        let held = Set(shards)
        var nodes: [ReductionNode] = []
        func visit(_ node: ReductionNode) {
            if leaves(below: node).allSatisfy(held.contains) {
                nodes.append(node)
            } else if node.level > 0 {
                visit(ReductionNode(level: node.level - 1, index: node.index << 1))
                let right = ReductionNode(level: node.level - 1, index: node.index << 1 | 1)
                if contains(right) { visit(right) }
            }
        }
        visit(root)
        return nodes
    }

    private func width(of level: Int) -> Int { (shards + (1 << level) - 1) >> level }
}
