import CZeroMQ

/// Sends each message to all subscribers. To a subscriber whose queue is full it is not sent, and nobody is told.
package struct PublisherSocket: ~Copyable {
    package let handle: SocketHandle

    package init(_ context: Context, options: SocketOptions = SocketOptions()) throws {
        handle = try SocketHandle.open(context, type: ZMQ_PUB, options: options)
    }

    /// Binds, and says where.
    package func bind(_ endpoint: Endpoint) throws -> Endpoint { try handle.bind(endpoint) }

    package func send(header: consuming Frame, payload: consuming Frame? = nil) throws {
        _ = try handle.send(header: header, payload: payload)
    }
}
