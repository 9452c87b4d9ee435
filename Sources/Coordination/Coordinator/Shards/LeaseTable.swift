import Messaging

/// The leases of the round in flight.
struct LeaseTable: Sendable {
    private var leases: [UInt64: ShardLease] = [:]
    private var lastID: UInt64 = 0
    /// When the next lease may be late enough for a backup.
    var nextBackup: Nanoseconds?

    subscript(_ id: UInt64) -> ShardLease? { leases[id] }

    /// All leases, the oldest first.
    var inOrder: [ShardLease] { leases.values.sorted { $0.id < $1.id } }

    /// Adds a lease.
    ///
    /// - Parameters:
    ///   - nodes: the sums that its answer consists of.
    ///   - chunks: chunks of each sum.
    /// - Returns: its number.
    mutating func add(
        _ shards: [Int], to peer: PeerIdentity, _ purpose: ShardLease.Purpose, nodes: [ReductionNode], chunks: Int,
        at now: Nanoseconds
    ) -> UInt64 {
        lastID += 1
        leases[lastID] = ShardLease(
            id: lastID, peer: peer, purpose: purpose, shards: shards, nodes: nodes, chunks: chunks, at: now)
        return lastID
    }

    /// Changes a lease; does nothing if there is none of this number.
    mutating func update(_ id: UInt64, _ change: (inout ShardLease) -> Void) {
        guard let index = leases.index(forKey: id) else { return }
        change(&leases.values[index])
    }

    mutating func remove(_ id: UInt64) { leases[id] = nil }

    mutating func removeAll(of peer: PeerIdentity) {
        for lease in leases.values where lease.peer == peer { leases[lease.id] = nil }
    }

    /// The round is complete.
    mutating func removeAll() {
        leases.removeAll(keepingCapacity: true)
        nextBackup = nil
    }

    /// The coordinator was suspended for so long.
    mutating func shift(by gap: Nanoseconds) {
        for id in leases.keys { leases[id]!.lastProgress += gap }
    }

    // MARK: Who computes what

    /// Whether a worker has not answered all its leases.
    func hasOpenLease(_ peer: PeerIdentity) -> Bool { leases.values.contains { $0.peer == peer && $0.isOpen } }

    /// Workers that have not answered all their leases.
    var busyPeers: Set<PeerIdentity> { Set(leases.values.filter(\.isOpen).map(\.peer)) }

    /// Shards of the leases that each worker has not answered.
    var load: [PeerIdentity: Int] {
        var load: [PeerIdentity: Int] = [:]
        for lease in leases.values where lease.isOpen { load[lease.peer, default: 0] += lease.shards.count }
        return load
    }

    /// Leases that have a backup.
    var withBackup: Set<UInt64> {
        Set(leases.values.compactMap { if case .backup(let id) = $0.purpose { id } else { nil } })
    }

    /// How many leases contain each shard. An overdue lease does not count, nor does an answered one of a shard that is being
    /// verified: its result is kept, and counted there.
    func holders(isVerified: (Int) -> Bool) -> [Int: Int] {
        var holders: [Int: Int] = [:]
        for lease in leases.values where !lease.isOverdue {
            for shard in lease.shards where lease.isOpen || !isVerified(shard) { holders[shard, default: 0] += 1 }
        }
        return holders
    }

    /// Whether a worker has been asked to compute a shard for verification.
    func isVerifying(_ shard: Int, _ peer: PeerIdentity) -> Bool {
        leases.values.contains { $0.peer == peer && $0.purpose == .verification && $0.shards == [shard] }
    }
}
