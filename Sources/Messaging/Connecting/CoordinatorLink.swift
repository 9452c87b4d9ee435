/// A control connection to a coordinator: follows the coordinator's name to the address that answers, and knows what
/// keeps it from there.
///
/// Made, used and let go on one plain thread, which owns the sockets.
package struct CoordinatorLink: ~Copyable {
    private let dealer: DealerSocket
    private let monitor: ConnectionMonitor
    private let security: SocketSecurity
    private var route: Route
    private let isInProcess: Bool
    private var isReady: Bool
    private var hasFailed = false
    /// Whether the coordinator has said that it does not allow this process's key, since it was ready last.
    private var wasRefused = false
    private var attemptBegan: UInt64
    /// Attempts since it was ready last.
    private var attempts = 0

    /// Connects; nobody need be there yet, and the name need not have an address.
    ///
    /// - Parameter now: nanoseconds of a clock that never goes back.
    /// - Throws: `MessagingError` where nobody can be connected to there, or the process is out of descriptors.
    package init(
        _ context: Context, to endpoint: Endpoint, identity: PeerIdentity, options: SocketOptions, now: UInt64
    ) throws {
        try endpoint.requireConnectable()
        let dealer = try DealerSocket(context, identity: identity, options: options)
        let monitor = try ConnectionMonitor(context, of: dealer.handle)
        let route = Route(endpoint)
        if let current = route.current { try dealer.connect(current) }
        self.dealer = dealer
        self.monitor = monitor
        self.route = route
        security = options.security
        // Within a process there is nothing to greet.
        isInProcess = if case .inproc = endpoint { true } else { false }
        isReady = isInProcess
        attemptBegan = now
    }

    // Before the monitor goes: libzmq's I/O thread would wait for it for ever.
    deinit { dealer.handle.stopMonitoring() }

    /// Adds it to what a poller waits for: its socket, then its monitor. The answer is the socket's index.
    package borrowing func add(to poller: inout Poller) -> Int {
        let index = poller.add(dealer.handle)
        _ = poller.add(monitor.handle)
        return index
    }

    /// Sends: never blocks.
    package borrowing func send(header: consuming Frame, payload: consuming Frame? = nil) throws -> SendResult {
        try dealer.send(header: header, payload: payload)
    }

    /// The next message, if one is waiting.
    package borrowing func receive() throws -> Received { try dealer.receive() }

    /// Takes note of what happened to the connection; where an attempt has failed or takes long, begins the next one. Call it
    /// at least every second.
    package mutating func poll(now: UInt64) throws {
        while let event = try monitor.take() {
            switch event {
            case .began: isReady = false
            case .ready: (isReady, hasFailed, wasRefused, attempts) = (true, false, false, 0)
            case .disconnected:
                // libzmq connects again by itself, if it can.
                if isReady { attemptBegan = now }
                isReady = false
            case .retried, .brokenHandshake: (isReady, hasFailed) = (false, true)
            case .refusedKey: (isReady, hasFailed, wasRefused) = (false, true, true)
            }
        }
        guard !isReady, now - min(now, attemptBegan) > attemptTime else { return }
        try renew(now: now)
    }

    /// How long the present attempt may take: longer each time that all addresses have failed, so that an overloaded
    /// coordinator is not left in the middle of its greeting for ever.
    ///
    /// libzmq tries one address again by itself, but not after a handshake that was refused or damaged.
    private var attemptTime: UInt64 {
        let round = attempts / max(1, route.addresses.count)
        if hasFailed { return (route.addresses.count > 1 ? 100_000_000 : 1_000_000_000) << min(round, 4) }
        return 1_000_000_000 << min(round + (route.addresses.count > 1 ? 0 : 1), 3)
    }

    /// Connects anew, to the next of the name's addresses where there are several.
    package mutating func renew(now: UInt64) throws {
        if let current = route.current { dealer.disconnect(current) }
        route.advance()
        (isReady, hasFailed, attemptBegan) = (isInProcess, false, now)
        attempts += 1
        if let current = route.current { try dealer.connect(current) }
    }

    /// Whether both sides have greeted each other, and the connection is there.
    package var isEstablished: Bool { isReady }

    /// Where the publisher is that a coordinator announces: at the address where the coordinator was reached.
    package func publisher(announced: Endpoint) -> Endpoint {
        (route.current ?? route.endpoint).reachedPublisher(announced: announced)
    }

    /// Why nothing is heard of the coordinator, and what to do, as the rest of a sentence. Tries the addresses, which
    /// takes up to two seconds.
    package func finding() -> String {
        if isReady { return ConnectionFinding.connected }
        return ConnectionFinding(security: security, wasRefused: wasRefused).sentence(route)
    }
}

extension CoordinatorLink {
    /// Sends for whoever fills the socket by itself.
    package borrowing func withDealer<Result>(_ body: (borrowing DealerSocket) throws -> Result) rethrows -> Result {
        try body(dealer)
    }
}
