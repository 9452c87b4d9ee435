import Messaging

/// A coordinator's keys, and the keys that may connect.
package struct CoordinatorSecurity: Sendable {
    package var keys: CurveKeyPair
    package var access: AccessControl

    package init(keys: CurveKeyPair, access: AccessControl) {
        self.keys = keys
        self.access = access
    }
}

extension SocketOptions {
    /// For the ROUTER: bounds on what one peer makes the coordinator hold.
    ///
    /// A peer's frames are as long as a chunk at most; so many of them wait to be read, and so many to be sent to it,
    /// each of which keeps a version of the parameters alive.
    package static func control(chunkLength: Int) -> SocketOptions {
        var options = SocketOptions()
        options.linger = 1000  // the goodbyes
        options.largestFrame = chunkLength * MemoryLayout<Float>.stride + headerRoom
        options.receiveHighWaterMark = 32
        options.sendHighWaterMark = 4 * ParameterAssembly.credit
        return options
    }

    /// For the PUB: a subscriber says which messages it wants, and nothing else.
    package static var broadcast: SocketOptions {
        var options = SocketOptions()
        options.largestFrame = 4096
        return options
    }

    /// For what CURVE adds to a frame, and for headers where chunks are short.
    private static let headerRoom = 64 << 10
}
