import CZeroMQ

/// How a socket proves who it is, and asks others to: CURVE (ZeroMQ RFC 25 and 26), or not at all.
package enum SocketSecurity: Sendable, Hashable {
    /// No encryption, and everybody who reaches the address may connect.
    case plain
    /// Binds with these keys; whether a peer's may connect is what the context's `Authenticator` says.
    case server(CurveKeyPair)
    /// Connects with these keys to nobody but the owner of the server's.
    case client(CurveKeyPair, server: CurvePublicKey)

    /// What the `Authenticator` is asked about.
    static let domain = "ganglion"

    /// `ZMQ_ZAP_ENFORCE_DOMAIN`: libzmq 4.3 knows it, but its header declares it for drafts alone.
    private static let enforceDomain: Int32 = 93

    /// Sets a socket up, before it is bound or connected.
    func apply(to socket: borrowing SocketHandle) throws {
        switch self {
        case .plain: return
        case .server(let keys):
            try requireCURVE()
            try socket.set(ZMQ_CURVE_SERVER, 1)
            try socket.set(ZMQ_CURVE_SECRETKEY, bytes: keys.secretKey.bytes)
            try socket.set(ZMQ_ZAP_DOMAIN, bytes: Array(SocketSecurity.domain.utf8))
            // Without it, libzmq lets everybody in where no handler answers.
            try socket.set(SocketSecurity.enforceDomain, 1)
        case .client(let keys, let server):
            try requireCURVE()
            try socket.set(ZMQ_CURVE_SERVERKEY, bytes: server.bytes)
            try socket.set(ZMQ_CURVE_PUBLICKEY, bytes: keys.publicKey.bytes)
            try socket.set(ZMQ_CURVE_SECRETKEY, bytes: keys.secretKey.bytes)
        }
    }

    private func requireCURVE() throws {
        guard zmq_has("curve") == 1 else {
            throw MessagingError("this libzmq was built without CURVE: keys cannot be used; install one with it")
        }
    }
}
