import CAcceptGuard
import Foundation

/// How many files and sockets this process may have open at a time.
///
/// libzmq 4.3.4 aborts where it cannot get a descriptor while a context or a listener is made, so the limit is looked at
/// before. Later, connections leave the last descriptors to the process (`CAcceptGuard`).
package enum DescriptorLimit {
    /// What a coordinator needs by itself: 34 for the standard streams, files, signals, the ZeroMQ context and sockets where
    /// it has keys, some for who watches, and what connections must leave free.
    static let base = 40 + Int(cag_reserve())
    /// What a worker takes at its coordinator: two connections, and a pipe where it is a process of this machine.
    static let perWorker = 3

    /// Whether connections leave the last descriptors to the process.
    static let isGuarded = cag_reserve() > 0

    /// Descriptors that whoever started this process left open in it, beside the three standard ones. Asked first by `raise`.
    private static let inherited: Int = {
        let listing = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        // One is the listing's own.
        return max(0, listing.count - 4)
    }()

    /// Raises the limit as far as the system lets this process raise it by itself: the soft limit becomes the hard one.
    package static func raise() {
        _ = inherited
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }

    /// - Parameter workers: how many may be connected; 0 for a process that only connects.
    /// - Throws: `MessagingError` with the number found and the number needed.
    package static func require(workers: Int) throws { try require(workers: workers, found: current, taken: inherited) }

    /// The same for a limit of `found`, of which `taken` are in use by what is not this process's own.
    package static func require(workers: Int, found: Int, taken: Int = 0) throws {
        let needed = needed(workers: workers) + taken
        guard found < needed else { return }
        let whom =
            switch workers {
            case 0: "this command"
            case 1: "a coordinator with 1 worker"
            default: "a coordinator with \(workers) workers"
            }
        throw MessagingError(
            "file descriptors: the limit is \(found), and \(whom) needs \(needed)"
                + (taken > 0 ? ", \(taken) of which it has inherited" : "") + "; raise it"
                + " ('ulimit -n \(max(1024, needed))' in the shell that starts it, LimitNOFILE= in a systemd unit)"
                + (workers > 1 ? ", or start fewer workers" : ""), code: EMFILE)
    }

    package static func needed(workers: Int) -> Int { workers == 0 ? 32 : base + perWorker * workers }

    /// The soft limit.
    package static var current: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
