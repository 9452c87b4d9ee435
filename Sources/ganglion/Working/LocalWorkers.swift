import Distributed
import Foundation
import Messaging
import Runs

/// The worker processes of a run on this machine: started, watched, started again when they die, ended together.
final class LocalWorkers: @unchecked Sendable {
    // @unchecked: what the watching thread and the caller share is behind the lock.
    private let lock = NSLock()
    private var processes: [pid_t: ContinuousClock.Instant] = [:]
    private var restarts = 0
    private var isEnding = false
    private var reason: DistributedError?
    private let arguments: [String]
    private let lifeline: (read: Int32, write: Int32)
    private let stop: StopRequest
    private let log: @Sendable (String) -> Void
    private let finished = DispatchSemaphore(value: 0)

    /// A worker that dies so soon after its start does not count as having worked.
    private static let shortLife: Duration = .seconds(5)
    /// Deaths in a row, each soon after the start, after which starting again is pointless.
    private static let patience = 5

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - stop: is asked when the workers cannot be kept alive.
    ///   - log: receives a line about each death.
    init(
        count: Int, endpoint: Endpoint, configuration: Configuration, stop: StopRequest,
        log: @escaping @Sendable (String) -> Void
    ) throws {
        var descriptors: [Int32] = [0, 0]
        guard pipe(&descriptors) == 0 else {
            throw DistributedError.process("no pipe for the workers: \(String(cString: strerror(errno)))")
        }
        // Only this process may hold the writing end; the reading end is given to each child by name.
        _ = fcntl(descriptors[0], F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptors[1], F_SETFD, FD_CLOEXEC)
        lifeline = (descriptors[0], descriptors[1])
        self.stop = stop
        self.log = log
        arguments = [
            "worker", "--connect", endpoint.description, "--threads", "\(configuration.cluster.threads)", "--timeout",
            "\(configuration.cluster.coordinatorTimeoutSeconds)", "--lifeline-fd", "3", "--quiet",
        ]
        do {
            for _ in 0..<count { try start() }
        } catch {
            end()
            throw error
        }
        let thread = Thread { [self] in watch() }
        thread.name = "local workers"
        thread.start()
    }

    /// Why the workers could not be kept alive.
    var failure: DistributedError? { lock.withLock { reason } }

    private func start() throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, lifeline.read, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of their own, so that Ctrl-C reaches the launcher alone, which ends them in order.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        posix_spawnattr_setpgroup(&attributes, 0)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)

        let path = try Self.executable()
        var strings: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var pid = pid_t()
        let status = posix_spawn(&pid, path, &actions, &attributes, &strings, environ)
        guard status == 0 else {
            throw DistributedError.process("\(path): a worker could not be started: \(String(cString: strerror(status)))")
        }
        lock.withLock { processes[pid] = .now }
    }

    /// This program's own file, however it was called.
    private static func executable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw DistributedError.process("this program's own file is not known: workers cannot be started")
        }
        return path
    }

    /// Waits for deaths until `end` is called.
    private func watch() {
        defer { finished.signal() }
        while true {
            var status: Int32 = 0
            let pids = lock.withLock { Array(processes.keys) }
            var died = false
            for pid in pids where waitpid(pid, &status, WNOHANG) == pid {
                died = true
                reap(pid, status)
            }
            if lock.withLock({ isEnding && processes.isEmpty }) { return }
            if !died { usleep(20_000) }
        }
    }

    private func reap(_ pid: pid_t, _ status: Int32) {
        let (again, early) = lock.withLock { () -> (Bool, Bool) in
            let started = processes.removeValue(forKey: pid)
            // A worker that ended as it should has been told to: the run is over.
            let isDeath = status != 0
            guard isDeath, !isEnding, reason == nil else { return (false, false) }
            let early = started.map { ContinuousClock.now - $0 < Self.shortLife } ?? false
            restarts = early ? restarts + 1 : 0
            return (true, early)
        }
        guard again else { return }
        log("worker process \(pid) ended \(Self.words(status)); starting another")
        if early, lock.withLock({ restarts > Self.patience }) {
            fail(.process("worker processes end right after their start, the last one \(Self.words(status)): giving up"))
            return
        }
        if early { usleep(useconds_t(50_000 << min(restarts, 5))) }
        do { try start() } catch { fail(.process("\(error)")) }
    }

    private func fail(_ error: DistributedError) {
        lock.withLock { reason = reason ?? error }
        // Twice: there is nobody to finish the round in flight.
        stop.stop()
        stop.stop()
    }

    private static func words(_ status: Int32) -> String {
        let signal = status & 0x7F
        return signal == 0 ? "with exit code \(status >> 8 & 0xFF)" : "by signal \(signal)"
    }

    /// Ends all workers: they have a few seconds to go by themselves, then SIGTERM, then SIGKILL.
    func end() {
        lock.withLock { isEnding = true }
        for (grace, signal) in [(3.0, SIGTERM), (2.0, SIGKILL)] {
            let deadline = ContinuousClock.now + .seconds(grace)
            while ContinuousClock.now < deadline, !lock.withLock({ processes.isEmpty }) { usleep(5_000) }
            for pid in lock.withLock({ Array(processes.keys) }) { kill(pid, signal) }
        }
        close(lifeline.write)
        finished.wait()
        close(lifeline.read)
    }
}
