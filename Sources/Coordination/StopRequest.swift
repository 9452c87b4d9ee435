import Foundation
import Messaging

/// Asks a driver to end, from any thread: politely the first time, at once the second.
public final class StopRequest: @unchecked Sendable {  // the count is behind the lock
    let waker: Waker
    private let lock = NSLock()
    private var asked = 0
    private var taken = 0

    /// - Throws: `MessagingError` where the process is out of descriptors.
    public init() throws { waker = try Waker() }

    public func stop() {
        lock.withLock { asked += 1 }
        waker.wake()
    }

    /// Whether somebody has asked.
    package var isRequested: Bool { lock.withLock { asked > 0 } }

    /// Whether somebody has asked since the last time this was called.
    func takeNext() -> Bool {
        lock.withLock {
            guard taken < asked else { return false }
            taken += 1
            return true
        }
    }
}
