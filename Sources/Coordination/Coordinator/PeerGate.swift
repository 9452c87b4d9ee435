import Messaging

/// Which key each worker has proved to own, and whose messages are not looked at because theirs has been cut off.
package struct PeerGate {
    private let access: AccessControl?
    private var users: [PeerIdentity: CurvePublicKey] = [:]
    /// Messages of cut-off keys.
    package private(set) var dropped = 0

    /// Above so many identities, those that are no members are forgotten.
    private static let largestCount = 4096

    /// - Parameter access: nil where connections have no keys.
    package init(access: AccessControl?) { self.access = access }

    /// Whether a message's sender has not been cut off.
    package mutating func admits(_ message: borrowing Message) -> Bool {
        guard let access, access.hasRefused, let user = message.user, !access.admits(user) else { return true }
        dropped += 1
        return false
    }

    /// Keys that were refused at the door and not reported yet.
    package func takeNewlyRefused() -> [CurvePublicKey] { access?.takeNewlyRefused() ?? [] }

    /// Remembers by which key a peer said hello.
    package mutating func greet(_ peer: PeerIdentity, _ user: CurvePublicKey?, isMember: (PeerIdentity) -> Bool) {
        guard access != nil, let user else { return }
        if users.count >= PeerGate.largestCount { users = users.filter { isMember($0.key) } }
        users[peer] = user
    }

    /// Cuts a peer's key off: its messages are dropped, and it is refused when it connects again.
    package mutating func cutOff(_ peer: PeerIdentity) {
        guard let access, let user = users.removeValue(forKey: peer) else { return }
        access.refuse(user)
    }
}
