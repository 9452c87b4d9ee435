/// Which nodes of the reduction tree are complete, for each chunk of the vector on its own.
///
/// A node's sum is the same bits whoever sends it, so it does not matter from whom each chunk comes, and every node is
/// taken once: what comes again, or below something complete, is a duplicate. A pure value: the arithmetic that it
/// decides on is done by `ReductionTree`.
package struct ReductionProgress: Hashable, Sendable {
    package let shape: ReductionShape
    package private(set) var chunks: Int
    private var complete: [Bool]
    private var completeChunks = 0

    package init(shape: ReductionShape, chunks: Int) {
        self.shape = shape
        self.chunks = chunks
        complete = [Bool](repeating: false, count: shape.nodeCount * chunks)
    }

    /// Forgets everything, for the next vector.
    package mutating func reset(chunks: Int) {
        completeChunks = 0
        if chunks == self.chunks {
            for position in complete.indices { complete[position] = false }
        } else {
            self = ReductionProgress(shape: shape, chunks: chunks)
        }
    }

    /// Whether the sum over all shards is complete in every chunk.
    package var isComplete: Bool { completeChunks == chunks }

    /// Takes a node's chunk in, and completes what it completes, up to `limit`.
    ///
    /// - Returns: how many levels the sum moves up from `node` (with a sibling it is added, without one it
    ///   passes through), or nil for a duplicate.
    package mutating func insert(_ node: ReductionNode, chunk: Int, limit: ReductionNode? = nil) -> Int? {
        guard !isCovered(node, chunk: chunk) else { return nil }
        let top = limit?.level ?? shape.height
        var current = node
        var levels = 0
        mark(current, chunk)
        while current.level < top {
            if let sibling = shape.sibling(of: current), !isMarked(sibling, chunk) { break }
            current = current.parent
            levels += 1
            mark(current, chunk)
        }
        if current.level == shape.height { completeChunks += 1 }
        return levels
    }

    /// Whether the node, or one above it, is complete.
    package func isCovered(_ node: ReductionNode, chunk: Int) -> Bool {
        var current = node
        while true {
            if isMarked(current, chunk) { return true }
            guard current.level < shape.height else { return false }
            current = current.parent
        }
    }

    /// Whether nothing of the shard is missing.
    package func isCovered(shard: Int) -> Bool {
        let leaf = ReductionNode(shard: shard)
        return (0..<chunks).allSatisfy { isCovered(leaf, chunk: $0) }
    }

    private func isMarked(_ node: ReductionNode, _ chunk: Int) -> Bool {
        complete[chunk * shape.nodeCount + shape.position(node)]
    }

    private mutating func mark(_ node: ReductionNode, _ chunk: Int) {
        complete[chunk * shape.nodeCount + shape.position(node)] = true
    }
}
