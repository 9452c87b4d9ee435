/// What became of a message that was to be sent.
package enum SendResult: Sendable, Hashable {
    case sent
    /// The queue to the peer is full: the message was not sent.
    case wouldBlock
    /// No peer of that identity is connected: the message was not sent.
    case unreachable
}

/// A received message: a header, and for some a payload.
package struct Message: ~Copyable {
    /// The sender; meaningful on a ROUTER only.
    package let peer: PeerIdentity
    package let header: Frame
    let payload: Frame?

    /// The public key that the sender has proved to own; nil where the connection has no keys.
    package var user: CurvePublicKey? { header.user }

    /// Bytes of header and payload.
    package var count: Int {
        header.count + withUnsafePayload { $0?.count ?? 0 }
    }

    /// The payload's bytes, at any alignment, for the duration of `body`; nil where the message is a header alone.
    package func withUnsafePayload<Result>(_ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
        switch payload {
        case .some(let frame): try frame.withUnsafeBytes(body)
        case .none: try body(nil)
        }
    }
}

/// What a socket had for its reader.
package enum Received: ~Copyable {
    case message(Message)
    /// A message with more or fewer frames than a header and a payload; it was dropped.
    case malformed(PeerIdentity)
    /// Nothing is waiting.
    case nothing
}
