/// Where a socket is bound, and what becomes of connections for which no descriptor is left.
///
/// On Linux each is closed as soon as it is accepted (`CAcceptGuard`), and whoever wants to connect tries again; those that
/// are inside stay. Elsewhere nothing listens for a second, for libzmq 4.3.4 would try again at once and for ever; that ends
/// the connections of the listener too, which are its children.
package struct Listener: ~Copyable {
    /// What happened to a listener.
    package enum Change: Hashable, Sendable {
        case paused
        case resumed
    }

    /// Where it is bound: the endpoint asked for, with the port that was free where that was 0.
    package var endpoint: Endpoint { binding.endpoint }
    /// The addresses that the endpoint's host stands for; nothing for a local socket.
    package var addresses: [HostAddress] { binding.addresses }

    private var binding: Binding
    private let monitor: AcceptMonitor?
    private var resumesAt: UInt64?

    /// How long it rests; where it need not, how rarely it says so.
    private static let pause: UInt64 = DescriptorLimit.isGuarded ? 10_000_000_000 : 1_000_000_000

    /// Binds `socket`.
    ///
    /// - Parameter waker: woken when the listener wants to be looked after.
    /// - Throws: `MessagingError` where the address is in use, is not of this machine, or may not be bound.
    package init(_ context: Context, _ socket: borrowing SocketHandle, at endpoint: Endpoint, waker: Waker) throws {
        // A name in this process accepts no connections.
        let isInProcess = if case .inproc = endpoint { true } else { false }
        let monitor = isInProcess ? nil : try AcceptMonitor(context, of: socket, waker: waker)
        binding = try socket.listen(at: endpoint)
        self.monitor = monitor
    }

    /// Pauses where a connection could not be accepted, and listens again after the pause. Call it at least every second.
    ///
    /// - Parameter now: nanoseconds of a clock that never goes back.
    package mutating func poll(_ socket: borrowing SocketHandle, now: UInt64) -> Change? {
        if let time = resumesAt {
            guard now >= time else { return nil }
            guard !binding.names.isEmpty || socket.listenAgain(at: &binding) else {
                resumesAt = now + Listener.pause
                return nil
            }
            resumesAt = nil
            _ = monitor?.takeFailure()
            return .resumed
        }
        guard let monitor, monitor.takeFailure() else { return nil }
        rest(socket, now: now)
        return .paused
    }

    /// Pauses because another listener of this process has to: what the other leaves must not come in here.
    package mutating func rest(_ socket: borrowing SocketHandle, now: UInt64) {
        guard monitor != nil, resumesAt == nil else { return }
        if !DescriptorLimit.isGuarded {
            socket.stopListening(at: binding)
            binding.names = []
        }
        resumesAt = now + Listener.pause
    }
}
