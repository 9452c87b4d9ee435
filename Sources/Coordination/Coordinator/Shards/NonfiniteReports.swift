import Messaging

/// A worker's report that a shard's contribution is NaN or infinite.
struct NonfiniteReport: Hashable, Sendable {
    let peer: PeerIdentity
    let name: String
}

/// The first such report on each shard of the round in flight.
struct NonfiniteReports: Sendable {
    private var reports: [Int: NonfiniteReport] = [:]

    subscript(_ shard: Int) -> NonfiniteReport? { reports[shard] }

    mutating func add(_ report: NonfiniteReport, on shard: Int) { reports[shard] = report }

    /// Whether a worker's numbers are in doubt: it reported a shard that has not been recomputed yet.
    func isInDoubt(_ peer: PeerIdentity) -> Bool { reports.values.contains { $0.peer == peer } }

    /// The round is complete: empties the list.
    ///
    /// - Returns: the reports in the order of their shards.
    mutating func takeAll() -> [(shard: Int, report: NonfiniteReport)] {
        defer { reports.removeAll(keepingCapacity: true) }
        return reports.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
