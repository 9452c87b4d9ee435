import Messaging

/// Shards of the round in flight that one worker has been asked to compute.
struct ShardLease: Hashable, Sendable {
    enum Purpose: Hashable, Sendable {
        /// Shards that nobody else computes.
        case part
        /// The same shards as another lease, which is late: the first answer counts.
        case spare(of: UInt64)
        /// One shard, to be compared with another worker's answer.
        case check
    }

    let id: UInt64
    let peer: PeerIdentity
    let purpose: Purpose
    let shards: [Int]
    /// The sums that will come in answer.
    let nodes: [ReductionNode]
    var sentAt: Nanoseconds
    /// When it was given out, or a chunk of its answer last came.
    var lastProgress: Nanoseconds
    /// Others have been asked for its shards because it took too long. Its answer still counts.
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

    /// Whether a part of its answer is still to come.
    var isOpen: Bool { missing > 0 }

    /// Takes note of a chunk; false where it had come before.
    mutating func take(node: Int, chunk: Int, of chunks: Int, at now: Nanoseconds) -> Bool {
        guard !arrived[node * chunks + chunk] else { return false }
        arrived[node * chunks + chunk] = true
        missing -= 1
        lastProgress = now
        return true
    }
}
