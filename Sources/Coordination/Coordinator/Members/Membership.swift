import Messaging

/// The workers of a run: who has said hello, who is ready, and what is known of each.
package struct Membership: Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package let threads: Int
        /// The run that it belonged to before, if that is another one.
        let formerRun: String?
        package fileprivate(set) var isReady = false
        /// Malformed messages from it.
        package var rejected = 0
        /// Shards that it computed wrongly.
        package var wrongShards = 0
        /// Rounds that were complete before it had answered.
        package var missedRounds: UInt64 = 0
        /// Shards that it handed back because of its files since it last computed one.
        var handedBack = 0
        var throughput = WorkerThroughput()
        /// A lease that it has held for too long: until it answers or loses that, other workers come first.
        var overdueLease: UInt64?
    }

    private var members: [PeerIdentity: Member] = [:]
    /// All members in the order in which they came. Iterate over this, never over the dictionary: its order differs from
    /// process to process.
    package private(set) var all: [PeerIdentity] = []
    /// Ready workers in the order in which they became ready.
    private(set) var ready: [PeerIdentity] = []

    package var count: Int { all.count }
    package var isEmpty: Bool { all.isEmpty }

    package subscript(_ peer: PeerIdentity) -> Member? { members[peer] }

    mutating func join(_ peer: PeerIdentity, name: String, threads: Int, formerRun: String?) {
        precondition(members[peer] == nil, "a member joins once")
        members[peer] = Member(name: name, threads: threads, formerRun: formerRun)
        all.append(peer)
    }

    /// A member has networks and data.
    mutating func markReady(_ peer: PeerIdentity) {
        members[peer]!.isReady = true
        ready.append(peer)
    }

    /// Changes what is known of a member; does nothing for anyone else.
    mutating func update(_ peer: PeerIdentity, _ change: (inout Member) -> Void) {
        guard let index = members.index(forKey: peer) else { return }
        change(&members.values[index])
    }

    @discardableResult
    mutating func remove(_ peer: PeerIdentity) -> Member? {
        guard let member = members.removeValue(forKey: peer) else { return nil }
        all.removeAll { $0 == peer }
        if member.isReady { ready.removeAll { $0 == peer } }
        return member
    }

    mutating func removeAll() { self = Membership() }

    /// Ready workers without an overdue lease; every ready one if all have one.
    var available: [PeerIdentity] {
        let available = ready.filter { members[$0]!.overdueLease == nil }
        return available.isEmpty ? ready : available
    }
}
