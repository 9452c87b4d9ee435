import Messaging

/// Who is not listened to any more, and how near to that the strangers are who sent nonsense. Both have a largest size.
struct CutOffPeers: Sendable {
    private static let mostPeers = 4096
    private static let mostStrangers = 1024

    private var peers: Set<PeerIdentity> = []
    /// In the order in which they were cut off: the oldest make room.
    private var order: [PeerIdentity] = []
    private var strangers: [PeerIdentity: Int] = [:]

    func contains(_ peer: PeerIdentity) -> Bool { !peers.isEmpty && peers.contains(peer) }

    /// - Returns: false where it was one of them.
    mutating func insert(_ peer: PeerIdentity) -> Bool {
        guard peers.insert(peer).inserted else { return false }
        strangers[peer] = nil
        order.append(peer)
        if order.count > CutOffPeers.mostPeers { peers.remove(order.removeFirst()) }
        return true
    }

    /// Counts nonsense of a peer that is no member; how much it has sent so far.
    mutating func countStranger(_ peer: PeerIdentity) -> Int {
        if strangers.count >= CutOffPeers.mostStrangers, strangers[peer] == nil { strangers.removeAll() }
        strangers[peer, default: 0] += 1
        return strangers[peer]!
    }
}

/// Nonsense, and what comes of it.
extension CoordinatorMachine {
    /// Whether a peer's message is dropped unseen; counts it.
    mutating func isCutOff(_ peer: PeerIdentity) -> Bool {
        guard cutOffPeers.contains(peer) else { return false }
        dropped.cutOff += 1
        return true
    }

    /// Counts a message that is nonsense; past the limit its sender is cut off.
    ///
    /// - Returns: whether the sender may still be answered.
    @discardableResult
    mutating func reject(
        _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) -> Bool {
        guard !isCutOff(peer) else { return false }
        dropped.malformed += 1
        members[peer]?.rejected += 1
        let count = members[peer]?.rejected ?? cutOffPeers.countStranger(peer)
        guard count >= settings.rejectionLimit else { return true }
        cutOff(peer, "it sent \(count) messages that are nonsense", now, &effects)
        return false
    }

    /// Tells a peer that it is not listened to any more, and gives it up.
    mutating func cutOff(
        _ peer: PeerIdentity, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard cutOffPeers.insert(peer) else { return }
        effects.append(.report(.cutOff(name: members[peer]?.name ?? peer.description, reason: reason)))
        effects.append(.send(.refusal(reason: reason), to: peer))
        effects.append(.cutOff(peer))
        remove(peer, reason, now, &effects)
    }
}
