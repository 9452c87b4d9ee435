import Foundation

/// Stands on the wire between workers and a coordinator on this machine, and does to their messages what a test wants.
///
/// The coordinator is at a port of 127.0.0.1 and publishes on the next; the proxy takes the same two ports of another
/// loopback address, which a worker connects to instead.
final class WireProxy: Sendable {
    /// What is done about a message.
    enum Step {
        case send([UInt8])
        case pause(seconds: Double)
        case run(@Sendable () -> Void)
        /// Close the connection, its queues lost (RST).
        case reset
    }

    typealias Handler = @Sendable (PassingMessage) -> [Step]

    /// Where workers connect.
    let endpoint: String
    private let shared = Shared()

    /// State that the threads share: behind its lock.
    private final class Shared: @unchecked Sendable {
        private let lock = NSLock()
        private var _isStopped = false
        private var _generation = 0
        private var _accepted = 0
        private var running = 0

        var isStopped: Bool { lock.withLock { _isStopped } }
        var generation: Int { lock.withLock { _generation } }
        var accepted: Int { lock.withLock { _accepted } }
        var isIdle: Bool { lock.withLock { running == 0 } }

        func stop() { lock.withLock { _isStopped = true } }
        func reset() { lock.withLock { _generation += 1 } }
        func accept() { lock.withLock { _accepted += 1 } }

        func thread(_ body: @escaping @Sendable () -> Void) {
            lock.withLock { running += 1 }
            let thread = Thread { [self] in
                body()
                lock.withLock { running -= 1 }
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// - Parameters:
    ///   - place: the last number of the loopback address: one for each proxy of a test.
    ///   - port: the coordinator's.
    ///   - handler: says what is done about each message, on the thread of its connection; what goes on between the two
    ///     sockets themselves passes.
    init(place: Int, port: UInt16, handler: @escaping Handler = { [.send($0.raw)] }) throws {
        endpoint = "tcp://127.0.0.\(place):\(port)"
        for (port, channel) in [(port, PassingMessage.Channel.control), (port + 1, .parameters)] {
            let listener = try TCPSocket.listen(host: "127.0.0.\(place)", port: port)
            shared.thread { [shared] in
                while !shared.isStopped {
                    guard listener.isReadable(milliseconds: 20), let worker = listener.accept() else { continue }
                    // Nobody at the other end: closed again, as the coordinator's own machine would.
                    guard let coordinator = try? TCPSocket.connect(host: "127.0.0.1", port: port) else {
                        worker.close(reset: true)
                        continue
                    }
                    shared.accept()
                    let generation = shared.generation
                    shared.thread {
                        Self.relay(worker, coordinator, channel, handler) {
                            shared.isStopped || shared.generation != generation
                        }
                    }
                }
                listener.close(reset: false)
            }
        }
    }

    deinit { stop() }

    /// Connections that workers have made so far.
    var connections: Int { shared.accepted }

    /// Resets all connections (RST both ways).
    func reset() { shared.reset() }

    /// Closes everything. Returns when its threads have ended.
    func stop() {
        shared.stop()
        _ = try? waitFor("the proxy's end", seconds: 5) { shared.isIdle ? true : nil }
    }

    private static func relay(
        _ worker: TCPSocket, _ coordinator: TCPSocket, _ channel: PassingMessage.Channel, _ handler: Handler,
        isCut: () -> Bool
    ) {
        var streams: [PassingMessage.Direction: ZMTPStream] = [.toCoordinator: ZMTPStream(), .toWorker: ZMTPStream()]
        var isReset = false
        connection: while true {
            if isCut() {
                isReset = true
                break
            }
            for index in TCPSocket.readable([worker, coordinator], milliseconds: 5) {
                let direction: PassingMessage.Direction = index == 0 ? .toCoordinator : .toWorker
                let (source, sink) = index == 0 ? (worker, coordinator) : (coordinator, worker)
                guard let bytes = source.read() else { break connection }
                streams[direction]!.append(bytes)
                while let part = streams[direction]!.next() {
                    switch part {
                    case .handshake(let bytes): guard sink.write(bytes) else { break connection }
                    case .message(let raw, let frames):
                        let message = PassingMessage(direction: direction, channel: channel, raw: raw, frames: frames)
                        for step in handler(message) {
                            switch step {
                            case .send(let bytes): guard sink.write(bytes) else { break connection }
                            case .pause(let seconds): usleep(UInt32(seconds * 1e6))
                            case .run(let body): body()
                            case .reset:
                                isReset = true
                                break connection
                            }
                        }
                    }
                }
            }
        }
        worker.close(reset: isReset)
        coordinator.close(reset: isReset)
    }
}
