import Foundation

/// A worker process to which something is done when a certain message of its passes: once, on the proxy's thread.
final class Victim: @unchecked Sendable {  // all state is behind the lock
    private let lock = NSLock()
    private var process: pid_t?
    private var hit: ContinuousClock.Instant?

    /// Says which process it is: from here on it can be hit.
    func choose(_ process: GanglionProcess) { lock.withLock { self.process = process.identifier } }

    /// When it was hit.
    var hitAt: ContinuousClock.Instant? { lock.withLock { hit } }

    /// Sends it a signal, the first time that this is called.
    func hit(_ signal: Int32) {
        // The proxy may be faster than the one who has started the process.
        let process = try? waitFor("the victim's name") { lock.withLock { self.process } }
        lock.withLock {
            guard hit == nil, let process else { return }
            kill(process, signal)
            hit = .now
        }
    }
}
