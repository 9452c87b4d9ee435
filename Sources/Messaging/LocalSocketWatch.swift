/// Keeps a coordinator's local sockets where workers look for them.
///
/// Systems clean `/tmp` and `/run/user` while programs run. A socket whose file is gone keeps its connections but gets no
/// new ones, and another coordinator could take its path. So where the lock's file is gone, folder and lock are made again,
/// and both sockets are bound again.
///
/// libzmq removes a socket's file some time after `unbind`: what is bound at that path too early, loses its file. Hence the
/// pause between the two.
package final class LocalSocketWatch {
    /// What happened to the sockets.
    package enum Change: Hashable, Sendable {
        case lost
        case restored
    }

    private let path: String
    private var lock: LocalSocketLock
    private var isLost = false
    private var looksAt: UInt64 = 0
    private var bindsAt: UInt64?

    private static let interval: UInt64 = 1_000_000_000

    /// Locks `path`; its directory is made where it is missing.
    ///
    /// - Throws: `MessagingError` where the directory is open to others or the path is locked by another process.
    package init(path: String) throws {
        self.path = path
        lock = try LocalSocketLock(path: path)
    }

    /// Looks for the files, and restores them. Call it at least every second.
    ///
    /// - Parameter now: nanoseconds of a clock that never goes back.
    package func poll(
        _ control: borrowing SocketHandle, _ publisher: borrowing SocketHandle, now: UInt64
    ) -> Change? {
        guard now >= looksAt else { return nil }
        looksAt = now + LocalSocketWatch.interval
        if !lock.isInPlace {
            // Where the folder cannot be made, or is another coordinator's by now, the next look tries again.
            if let again = try? LocalSocketLock(path: path) {
                lock = again
                control.unbind("ipc://\(path)")
                publisher.unbind("ipc://\(Endpoint.publisherPath(path))")
                bindsAt = now + LocalSocketWatch.interval
            }
            guard !isLost else { return nil }
            isLost = true
            return .lost
        }
        guard let time = bindsAt, now >= time else { return nil }
        guard control.rebind("ipc://\(path)") else { return nil }
        guard publisher.rebind("ipc://\(Endpoint.publisherPath(path))") else {
            control.unbind("ipc://\(path)")
            bindsAt = now + LocalSocketWatch.interval
            return nil
        }
        bindsAt = nil
        isLost = false
        return .restored
    }
}
