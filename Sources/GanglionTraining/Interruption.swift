import Coordination
import Dispatch
import Foundation

/// Turns SIGINT, SIGTERM and SIGHUP (the terminal was closed) into a request to stop: politely the first time, at once the
/// second.
///
/// A SIGINT or SIGHUP that was ignored when the process started stays ignored: `nohup ganglion …` outlives its terminal,
/// and Ctrl-C does not reach what a script has started with `&`.
package final class Interruption: @unchecked Sendable {
    // @unchecked: the number of the signal is behind the lock.
    private let lock = NSLock()
    private var received: Int32?
    private var sources: [any DispatchSourceSignal] = []

    package init(_ stop: StopRequest) {
        let numbers = [SIGTERM, SIGINT, SIGHUP].filter { $0 == SIGTERM || !Self.isIgnored($0) }
        // A signal that comes while its source is being registered waits: it must neither end the process nor be lost.
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, &set, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        let registered = DispatchGroup()
        sources = numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler { [self] in
                lock.withLock { received = received ?? number }
                stop.stop()
            }
            registered.enter()
            source.setRegistrationHandler { registered.leave() }
            source.resume()
            return source
        }
        registered.wait()
        // On Linux libdispatch has put its own handler there, which leads a signal to the source.
        #if canImport(Darwin)
            for number in numbers { signal(number, SIG_IGN) }
        #endif
    }

    /// 130 after Ctrl-C; nil after SIGTERM or SIGHUP, which are a normal end, or without a signal.
    package var exitCode: Int32? {
        lock.withLock { received == SIGINT ? 130 : nil }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
