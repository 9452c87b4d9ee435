/// How a socket behaves. The defaults differ from libzmq's where those let a process hang or grow without bound.
package struct SocketOptions: Sendable, Hashable {
    /// Messages queued for one peer before sending would block (PUB: before messages to it are dropped).
    package var sendHighWaterMark = 1000
    /// Messages queued from one peer before it is made to wait.
    package var receiveHighWaterMark = 1000
    /// Largest frame accepted, bytes: a peer that sends a larger one is disconnected.
    package var largestFrame = 4 << 20
    /// The kernel's buffer on the sending side, bytes; 0 for its default.
    package var sendBuffer = 0
    /// For local sockets that carry long messages: as much as the kernel allows. TCP tunes its own and is left alone.
    package static let localSendBuffer = 4 << 20
    /// How long closing the context may wait for what is queued, milliseconds.
    package var linger = 0
    /// First and longest pause before a lost connection is tried again, milliseconds.
    package var reconnectInterval = 50
    package var longestReconnectInterval = 1000
    /// How long a peer may take to greet, milliseconds.
    package var handshakeInterval = 3000

    /// Keys, and who may connect.
    package var security = SocketSecurity.plain

    package init() {}
}
