import Messaging

/// Peers whose messages are dropped, and how many malformed messages strangers have sent. Both lists are bounded.
struct CutOffPeers: Sendable {
    private static let mostPeers = 4096
    private static let mostStrangers = 1024

    private var peers: Set<PeerIdentity> = []
    /// In the order in which they were cut off: the oldest make room for new ones.
    private var order: [PeerIdentity] = []
    private var strangers: [PeerIdentity: Int] = [:]

    func contains(_ peer: PeerIdentity) -> Bool { !peers.isEmpty && peers.contains(peer) }

    /// - Returns: false if it was cut off already.
    mutating func insert(_ peer: PeerIdentity) -> Bool {
        guard peers.insert(peer).inserted else { return false }
        strangers[peer] = nil
        order.append(peer)
        if order.count > CutOffPeers.mostPeers { peers.remove(order.removeFirst()) }
        return true
    }

    /// Counts a malformed message from a peer that is not a member.
    ///
    /// - Returns: how many it has sent so far.
    mutating func countStranger(_ peer: PeerIdentity) -> Int {
        if strangers.count >= CutOffPeers.mostStrangers, strangers[peer] == nil { strangers.removeAll() }
        strangers[peer, default: 0] += 1
        return strangers[peer]!
    }
}
