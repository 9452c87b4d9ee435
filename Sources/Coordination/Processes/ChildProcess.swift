import Foundation

/// A process started with posix_spawn: not by fork, for libzmq's threads do not survive one.
struct ChildProcess {
    let identifier: pid_t

    /// How a process ended.
    enum Exit: Hashable, Sendable, CustomStringConvertible {
        case status(Int32)
        case signal(Int32)

        var isSuccess: Bool { self == .status(0) }

        var description: String {
            switch self {
            case .status(let status): "exit status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// Starts a program in a process group of its own, so that Ctrl-C reaches the launcher alone, with default signal
    /// handling, nothing to read and the lifeline at its place.
    ///
    /// - Throws: `CoordinationError.process`.
    init(executable: String, arguments: [String], environment: [String: String], lifeline: Int32) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, lifeline, Lifeline.descriptor)
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var argv = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, executable, &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw CoordinationError.process("cannot start \(executable): \(String(cString: strerror(code)))")
        }
        self.identifier = identifier
    }

    /// How it ended; nil while it runs.
    func poll() -> Exit? {
        var status: Int32 = 0
        var result = waitpid(identifier, &status, WNOHANG)
        while result < 0, errno == EINTR { result = waitpid(identifier, &status, WNOHANG) }
        guard result != 0 else { return nil }
        guard result > 0 else { return .status(-1) }  // somebody else has waited for it
        let signal = status & 0x7F
        return signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
    }

    func send(_ signal: Int32) { kill(identifier, signal) }
}
