/// Where a socket is bound, and its rest when connections cannot be accepted.
///
/// For a second nothing listens there: what is connected stays, and whoever wants to connect tries again.
package struct Listener: ~Copyable {
    /// What happened to a listener.
    package enum Change: Hashable, Sendable {
        case paused
        case resumed
    }

    /// Where it is bound: the endpoint asked for, with the port that was free where that was 0.
    package let endpoint: Endpoint
    private let address: String
    private let monitor: AcceptMonitor?
    private var resumesAt: UInt64?

    private static let pause: UInt64 = 1_000_000_000

    /// Binds `socket`.
    ///
    /// - Parameter waker: woken when the listener wants to be looked after.
    /// - Throws: `MessagingError` where the address is in use, is not of this machine, or may not be bound.
    package init(_ context: Context, _ socket: borrowing SocketHandle, at endpoint: Endpoint, waker: Waker) throws {
        // A name in this process accepts no connections.
        let isInProcess = if case .inproc = endpoint { true } else { false }
        let monitor = isInProcess ? nil : try AcceptMonitor(context, of: socket, waker: waker)
        let bound = try socket.bind(endpoint)
        address = try socket.lastEndpoint()
        self.monitor = monitor
        self.endpoint = bound
    }

    /// Pauses where a connection could not be accepted, and listens again after the pause. Call it at least every second.
    ///
    /// - Parameter now: nanoseconds of a clock that never goes back.
    package mutating func lookAfter(_ socket: borrowing SocketHandle, now: UInt64) -> Change? {
        if let time = resumesAt {
            guard now >= time else { return nil }
            guard socket.rebind(address) else {
                resumesAt = now + Listener.pause
                return nil
            }
            resumesAt = nil
            _ = monitor?.takeFailure()
            return .resumed
        }
        guard let monitor, monitor.takeFailure() else { return nil }
        socket.unbind(address)
        resumesAt = now + Listener.pause
        return .paused
    }
}
