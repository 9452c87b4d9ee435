import Foundation

/// The `ganglion` program, started as a user starts it, with its output in files.
///
/// It stands in a process group of its own, as a shell's foreground job does. What is still running when the last
/// reference goes is killed; its workers end by their lifeline.
final class GanglionProcess {
    /// How a process ended.
    enum Exit: Hashable, Sendable, CustomStringConvertible {
        case status(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .status(let status): "exit status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// The program beside the tests, or `GANGLION_EXECUTABLE`.
    static let executable: String = {
        if let path = ProcessInfo.processInfo.environment["GANGLION_EXECUTABLE"] { return path }
        let tests = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
        return tests.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("ganglion").path
    }()

    let identifier: pid_t
    let arguments: [String]
    private let outputPath: String
    private let errorPath: String
    private var exit: Exit?
    /// What it had written when it ended: the files may go before this object.
    private var finalOutput: (standardOutput: String, standardError: String)?

    /// The example with a model of its own, beside it.
    static let customModel: String =
        URL(fileURLWithPath: executable).deletingLastPathComponent().appendingPathComponent("custom-model").path

    /// Starts `ganglion` with `arguments`, standard output and error going to `NAME.out` and `NAME.err` in `folder`.
    ///
    /// - Parameter launcher: the words before it, of a program that replaces itself by it (`ip netns exec …`).
    init(
        _ arguments: [String], name: String, in folder: String, environment: [String: String], launcher: [String] = [],
        program: String = executable
    ) throws {
        self.arguments = arguments
        outputPath = "\(folder)/\(name).out"
        errorPath = "\(folder)/\(name).err"
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        // As a shell does: what other tests have open meanwhile is not for it.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        let words = launcher + [program] + arguments
        var argv = words.map { strdup($0) } + [nil]
        var envp = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var identifier: pid_t = 0
        let code = posix_spawnp(&identifier, words[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw TestFailure("cannot start \(words[0]): \(String(cString: strerror(code)))")
        }
        self.identifier = identifier
    }

    deinit { kill() }

    /// What it has written so far.
    var standardOutput: String { finalOutput?.standardOutput ?? Self.text(outputPath) }
    var standardError: String { finalOutput?.standardError ?? Self.text(errorPath) }

    func send(_ signal: Int32) {
        if poll() == nil { Foundation.kill(identifier, signal) }
    }

    /// Sends a signal to the whole process group, as a terminal does for Ctrl-C.
    func sendToGroup(_ signal: Int32) {
        if poll() == nil { Foundation.kill(-identifier, signal) }
    }

    /// Kills it and takes note of its end.
    func kill() {
        guard poll() == nil else { return }
        Foundation.kill(identifier, SIGKILL)
        while poll() == nil { usleep(1000) }
    }

    /// How it ended; nil while it runs.
    func poll() -> Exit? {
        if let exit { return exit }
        var status: Int32 = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
        let signal = status & 0x7F
        exit = signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
        finalOutput = (Self.text(outputPath), Self.text(errorPath))
        return exit
    }

    /// Waits for its end.
    /// - Throws: `TestFailure` with what it wrote if that takes longer than `seconds`; it is killed then.
    func wait(seconds: Double = patience) throws -> Exit {
        let end = try? waitFor("its end", seconds: seconds) { poll() }
        guard let end else {
            kill()
            throw TestFailure("\(self) has not ended within \(seconds) s")
        }
        return end
    }

    /// Waits until `condition` holds while the process runs.
    /// - Throws: `TestFailure` if the process ends first, or after `seconds`.
    func wait(until what: String, seconds: Double = patience, _ condition: () -> Bool) throws {
        do {
            try waitFor(what, seconds: seconds, while: self) { condition() ? true : nil }
        } catch let failure as TestFailure where poll() == nil {
            throw TestFailure("\(failure): \(self)")
        }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

extension GanglionProcess: CustomStringConvertible {
    var description: String {
        let end = poll().map { "ended by \($0)" } ?? "runs"
        return
            "'ganglion \(arguments.joined(separator: " "))', which \(end) and wrote: \(standardOutput)\(standardError)"
    }
}
