import CZeroMQ

/// The coordinator's end of the control connections: talks with each peer by its identity.
package struct RouterSocket: ~Copyable {
    package let handle: SocketHandle

    package init(_ context: Context, options: SocketOptions = SocketOptions()) throws {
        handle = try SocketHandle.open(context, type: ZMQ_ROUTER, options: options) {
            // Sends to unknown peers are reported, not swallowed; a peer that reconnects takes its old place.
            try $0.set(ZMQ_ROUTER_MANDATORY, 1)
            try $0.set(ZMQ_ROUTER_HANDOVER, 1)
        }
    }

    /// Binds, and says where.
    package func bind(_ endpoint: Endpoint) throws -> Endpoint { try handle.bind(endpoint) }

    /// Sends to one peer: never blocks.
    package func send(to peer: PeerIdentity, header: consuming Frame, payload: consuming Frame? = nil) throws
        -> SendResult
    {
        let address = try Frame(peer.bytes)
        let result = try handle.send(address, more: true)
        guard result == .sent else { return result }
        return try handle.send(header: header, payload: payload)
    }

    /// The next message, if one is waiting.
    package func receive() throws -> Received {
        guard let address = try handle.receiveFrame() else { return .nothing }
        guard let peer = address.withUnsafeBytes({ PeerIdentity($0) }) else {
            if address.hasMore { try handle.skipRest() }
            return .malformed(.none)
        }
        guard address.hasMore, let header = try handle.receiveFrame() else { return .malformed(peer) }
        return try handle.receiveRest(header, from: peer)
    }
}
