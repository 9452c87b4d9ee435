import Messaging

/// Malformed messages, and cutting their senders off.
extension CoordinatorMachine {
    /// Whether a peer's message is dropped unread; counts it if so.
    mutating func isCutOff(_ peer: PeerIdentity) -> Bool {
        guard cutOffPeers.contains(peer) else { return false }
        dropped.cutOff += 1
        return true
    }

    /// Counts a malformed message; past the limit its sender is cut off.
    ///
    /// - Returns: whether the sender may still be answered.
    @discardableResult
    mutating func reject(
        _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) -> Bool {
        guard !isCutOff(peer) else { return false }
        dropped.malformed += 1
        members.update(peer) { $0.rejected += 1 }
        let count = members[peer]?.rejected ?? cutOffPeers.countStranger(peer)
        guard count >= settings.cluster.rejectionLimit else { return true }
        cutOff(peer, "it sent \(count) messages that are nonsense", now, &effects)
        return false
    }

    /// Tells a peer that its messages are dropped from now on, and removes it.
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
