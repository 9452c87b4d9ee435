import Messaging

/// Shards of the round in flight that one worker is asked to compute.
struct ShardLease: Hashable, Sendable {
    enum Purpose: Hashable, Sendable {
        /// Shards that no other worker computes.
        case part
        /// The shards of another lease that is late: the first answer counts.
        case backup(of: UInt64)
        /// One shard, to be compared with another worker's answer.
        case verification
    }

    let id: UInt64
    let peer: PeerIdentity
    let purpose: Purpose
    let shards: [Int]
    /// The sums that its answer consists of.
    let nodes: [ReductionNode]
    var sentAt: Nanoseconds
    /// When it was sent first, or when a chunk of its answer last came.
    var lastProgress: Nanoseconds
    /// It took too long, so other workers compute its shards too. Its answer still counts.
    var isOverdue = false
    /// Which chunks of the answer have come, node by node.
    private var arrived: [Bool]
    private(set) var missing: Int

    init(
        id: UInt64, peer: PeerIdentity, purpose: Purpose, shards: [Int], nodes: [ReductionNode], chunks: Int,
        at now: Nanoseconds
    ) {
        self.id = id
        self.peer = peer
        self.purpose = purpose
        self.shards = shards
        self.nodes = nodes
        sentAt = now
        lastProgress = now
        missing = nodes.count * chunks
        arrived = [Bool](repeating: false, count: missing)
    }

    /// Whether part of its answer is still missing.
    var isOpen: Bool { missing > 0 }

    /// Notes a chunk of the answer; false for a duplicate.
    mutating func take(node: Int, chunk: Int, of chunks: Int, at now: Nanoseconds) -> Bool {
        guard !arrived[node * chunks + chunk] else { return false }
        arrived[node * chunks + chunk] = true
        missing -= 1
        lastProgress = now
        return true
    }
}
