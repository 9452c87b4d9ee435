import CZeroMQ

/// A ZeroMQ socket of any role: made, used and closed on one thread.
package struct SocketHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer
    private let context: Context

    private init(pointer: UnsafeMutableRawPointer, context: Context) {
        self.pointer = pointer
        self.context = context
    }

    /// A new socket with the options set, then those of its role.
    static func open(
        _ context: Context, type: Int32, options: SocketOptions,
        role: (borrowing SocketHandle) throws -> Void = { _ in }
    ) throws -> SocketHandle {
        guard let pointer = zmq_socket(context.pointer, type) else {
            throw MessagingError.last("cannot create a ZeroMQ socket")
        }
        let socket = SocketHandle(pointer: pointer, context: context)
        try socket.apply(options)
        try role(socket)
        return socket
    }

    private func apply(_ options: SocketOptions) throws {
        try options.security.apply(to: self)
        try set(ZMQ_LINGER, options.linger)
        try set(ZMQ_SNDHWM, options.sendHighWaterMark)
        try set(ZMQ_RCVHWM, options.receiveHighWaterMark)
        if options.sendBuffer > 0 { try set(ZMQ_SNDBUF, options.sendBuffer) }
        try set(ZMQ_RECONNECT_IVL, options.reconnectInterval)
        try set(ZMQ_RECONNECT_IVL_MAX, options.longestReconnectInterval)
        try set(ZMQ_HANDSHAKE_IVL, options.handshakeInterval)
        // Finds a peer whose machine vanished without a word; ZMQ_HEARTBEAT_* would abort libzmq 4.3.4.
        try set(ZMQ_TCP_KEEPALIVE, 1)
        try set(ZMQ_TCP_KEEPALIVE_IDLE, 10)
        try set(ZMQ_TCP_KEEPALIVE_INTVL, 5)
        try set(ZMQ_TCP_KEEPALIVE_CNT, 3)
        try set(ZMQ_IPV6, 1)
        var largest = Int64(options.largestFrame)
        try check(zmq_setsockopt(pointer, ZMQ_MAXMSGSIZE, &largest, MemoryLayout<Int64>.size))
    }

    deinit {
        // Closing ends a monitor too, but on a thread of libzmq's, and its reader may be gone by then.
        stopMonitoring()
        zmq_close(pointer)
    }

    /// Sends no more to a monitor: its reader may go.
    func stopMonitoring() { zmq_socket_monitor(pointer, nil, 0) }

    func set(_ option: Int32, _ value: Int) throws {
        var value = Int32(clamping: value)
        try check(zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size))
    }

    func set(_ option: Int32, bytes: [UInt8]) throws {
        try check(zmq_setsockopt(pointer, option, bytes, bytes.count))
    }

    private func check(_ result: Int32) throws {
        guard result == 0 else { throw MessagingError.last("cannot set up a ZeroMQ socket") }
    }

    /// - Throws: `MessagingError` where the host has no address or the context is full.
    func connect(_ endpoint: Endpoint) throws {
        try endpoint.requireConnectable()
        let endpoint = try endpoint.inNumbers()
        guard zmq_connect(pointer, endpoint.description) == 0 else {
            throw MessagingError.last("cannot connect to \(endpoint)")
        }
    }

    func disconnect(_ endpoint: Endpoint) {
        guard let endpoint = try? endpoint.inNumbers() else { return }
        zmq_disconnect(pointer, endpoint.description)
    }

    /// Sends the frame, or says that it would block or that the peer is unknown.
    package func send(_ frame: consuming Frame, more: Bool) throws -> SendResult {
        var frame = frame
        while zmq_msg_send(&frame.message, pointer, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0 {
            switch zmq_errno() {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case EHOSTUNREACH: return .unreachable
            default: throw MessagingError.last("cannot send")
            }
        }
        return .sent
    }

    /// Sends a header, and a payload behind it where there is one, as one message.
    func send(header: consuming Frame, payload: consuming Frame?) throws -> SendResult {
        guard let payload = consume payload else { return try send(header, more: false) }
        let result = try send(header, more: true)
        guard result == .sent else { return result }
        return try send(payload, more: false)
    }

    /// The next frame, or nil where none is waiting.
    func receiveFrame() throws -> Frame? {
        var frame = Frame()
        while zmq_msg_recv(&frame.message, pointer, ZMQ_DONTWAIT) < 0 {
            switch zmq_errno() {
            case EINTR: continue
            case EAGAIN: return nil
            default: throw MessagingError.last("cannot receive")
            }
        }
        return frame
    }

    /// The rest of a message whose frames so far are `first`: exactly a header, or a header and a payload.
    func receiveRest(_ header: consuming Frame, from peer: PeerIdentity) throws -> Received {
        guard header.hasMore else { return .message(Message(peer: peer, header: header, payload: nil)) }
        guard let payload = try receiveFrame() else { return .malformed(peer) }
        guard payload.hasMore else { return .message(Message(peer: peer, header: header, payload: payload)) }
        try skipRest()
        return .malformed(peer)
    }

    /// Drops frames up to the end of the message.
    func skipRest() throws {
        while let frame = try receiveFrame(), frame.hasMore {}
    }
}
