import CZeroMQ

/// Tells how the connections of a socket fare. Read by the thread that owns the socket.
struct ConnectionMonitor: ~Copyable {
    enum Event: Hashable, Sendable {
        /// An attempt begins: what was before is over.
        case began
        /// Both sides have greeted each other, and their keys, where they have any, are accepted.
        case ready
        /// The other side does not allow this process's key.
        case refusedKey
        /// The connection was made, and broken off before both had greeted.
        case brokenHandshake
        /// The connection is gone.
        case disconnected
        /// An attempt to connect failed; libzmq repeats it.
        case retried
    }

    let handle: SocketHandle

    private static let events =
        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
        | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED
        | ZMQ_EVENT_CONNECT_DELAYED | ZMQ_EVENT_CONNECTED

    /// Starts to watch a socket that is not connected yet.
    init(_ context: Context, of socket: borrowing SocketHandle) throws {
        let report = Endpoint.inproc(name: "connects-\(UInt64.random(in: 0 ... .max))")
        guard zmq_socket_monitor(socket.pointer, report.description, Int32(Self.events)) == 0 else {
            throw MessagingError.last("cannot watch a ZeroMQ socket")
        }
        var options = SocketOptions()
        // No limit: libzmq's I/O thread would wait for a reader that sleeps. An attempt leaves a few events, with pauses.
        options.receiveHighWaterMark = 0
        let handle = try SocketHandle.open(context, type: ZMQ_PAIR, options: options)
        try handle.connect(report)
        self.handle = handle
    }

    /// The next event, if one has happened.
    func take() throws -> Event? {
        while let frame = try handle.receiveFrame() {
            // A frame with the event and its value, a frame with the address.
            if frame.hasMore { try handle.skipRest() }
            let event: Event? = frame.withUnsafeBytes { bytes in
                guard bytes.count >= 2 else { return nil }
                switch Int32(bytes.loadUnaligned(as: UInt16.self)) {
                case Int32(ZMQ_EVENT_CONNECT_DELAYED), Int32(ZMQ_EVENT_CONNECTED): return .began
                case Int32(ZMQ_EVENT_HANDSHAKE_SUCCEEDED): return .ready
                case Int32(ZMQ_EVENT_HANDSHAKE_FAILED_AUTH): return .refusedKey
                case Int32(ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL), Int32(ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL):
                    return .brokenHandshake
                case Int32(ZMQ_EVENT_DISCONNECTED): return .disconnected
                case Int32(ZMQ_EVENT_CONNECT_RETRIED): return .retried
                default: return nil
                }
            }
            if let event { return event }
        }
        return nil
    }
}
