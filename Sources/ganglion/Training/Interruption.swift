import Dispatch
import Distributed
import Foundation

/// Turns SIGINT and SIGTERM into a request to stop: politely the first time, at once the second.
final class Interruption: @unchecked Sendable {
    // @unchecked: the number of the signal is behind the lock.
    private let lock = NSLock()
    private var received: Int32?
    private var sources: [any DispatchSourceSignal] = []

    init(_ stop: StopRequest) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler { [self] in
                lock.withLock { received = received ?? number }
                stop.stop()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// 130 after Ctrl-C; nil after SIGTERM, which is a normal end, or without a signal.
    var exitCode: Int32? {
        lock.withLock { received == SIGINT ? 130 : nil }
    }
}
