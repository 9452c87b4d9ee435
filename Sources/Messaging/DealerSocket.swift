import CZeroMQ

/// A worker's end of the control connection.
package struct DealerSocket: ~Copyable {
    package let handle: SocketHandle

    /// - Parameter identity: by which the ROUTER knows this socket, also after a reconnection.
    package init(_ context: Context, identity: PeerIdentity, options: SocketOptions = SocketOptions()) throws {
        handle = try SocketHandle.open(context, type: ZMQ_DEALER, options: options) {
            // ZMQ_IMMEDIATE stays 0: with 1, libzmq 4.3.4 sometimes loses what has arrived when the peer closes.
            try $0.set(ZMQ_ROUTING_ID, bytes: identity.bytes)
        }
    }

    package func connect(_ endpoint: Endpoint) throws { try handle.connect(endpoint) }

    package func disconnect(_ endpoint: Endpoint) { handle.disconnect(endpoint) }

    /// Sends: never blocks.
    package func send(header: consuming Frame, payload: consuming Frame? = nil) throws -> SendResult {
        try handle.send(header: header, payload: payload)
    }

    /// The next message, if one is waiting.
    package func receive() throws -> Received {
        guard let header = try handle.receiveFrame() else { return .nothing }
        return try handle.receiveRest(header, from: .none)
    }
}
