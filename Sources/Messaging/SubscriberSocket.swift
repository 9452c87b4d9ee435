import CZeroMQ

/// Receives what a publisher sends.
package struct SubscriberSocket: ~Copyable {
    package let handle: SocketHandle

    /// - Parameter prefix: only messages whose header starts with these bytes are received.
    package init(_ context: Context, prefix: [UInt8] = [], options: SocketOptions = SocketOptions()) throws {
        handle = try SocketHandle.open(context, type: ZMQ_SUB, options: options) {
            try $0.set(ZMQ_SUBSCRIBE, bytes: prefix)
        }
    }

    package func connect(_ endpoint: Endpoint) throws { try handle.connect(endpoint) }

    /// Ends the connection; what it brought and was not received is lost.
    package func disconnect(_ endpoint: Endpoint) {
        // A poll takes a subscriber's next frame out of its connection. Were the rest of that message to go with the
        // connection, libzmq 4.3.4 would abort the process at the next frame (fq.cpp: !_more).
        _ = try? receive()
        handle.disconnect(endpoint)
    }

    /// The next message, if one is waiting.
    package func receive() throws -> Received {
        guard let header = try handle.receiveFrame() else { return .nothing }
        return try handle.receiveRest(header, from: .none)
    }
}
