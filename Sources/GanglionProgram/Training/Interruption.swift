import Dispatch
import Distributed
import Foundation

/// Turns SIGINT, SIGTERM and SIGHUP (the terminal was closed) into a request to stop: politely the first time, at once the
/// second.
///
/// A SIGINT or SIGHUP that was ignored when the process started stays ignored: `nohup ganglion …` outlives its terminal,
/// and Ctrl-C does not reach what a script has started with `&`.
final class Interruption: @unchecked Sendable {
    // @unchecked: the number of the signal is behind the lock.
    private let lock = NSLock()
    private var received: Int32?
    private var sources: [any DispatchSourceSignal] = []

    init(_ stop: StopRequest) {
        for number in [SIGTERM, SIGINT, SIGHUP] where number == SIGTERM || !Self.isIgnored(number) {
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

    /// 130 after Ctrl-C; nil after SIGTERM or SIGHUP, which are a normal end, or without a signal.
    var exitCode: Int32? {
        lock.withLock { received == SIGINT ? 130 : nil }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
