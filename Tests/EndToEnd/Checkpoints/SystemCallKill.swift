import CSystemCallTrace
import Foundation
import Testing

/// Runs `ganglion` and kills it by SIGKILL as it enters a chosen system call, counted from the one that opens the first
/// checkpoint's unfinished file.
enum SystemCallKill {
    /// Why no process can be traced here; nil where one can.
    static let obstacle: String? = {
        do {
            let sandbox = try Sandbox()
            _ = try run(["--version"], call: .max, in: sandbox)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    /// - Returns: whether it was killed; else it ended by itself, before that call.
    static func run(_ arguments: [String], call: Int32, in sandbox: Sandbox) throws -> Bool {
        var outcome = sct_outcome()
        var argv = ([GanglionProcess.executable] + arguments).map { strdup($0) } + [nil]
        let variables = ProcessInfo.processInfo.environment.merging(["XDG_RUNTIME_DIR": sandbox.file("run-time")]) {
            $1
        }
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        let output = sandbox.file("logs/traced.out")
        let code = sct_run(
            GanglionProcess.executable, &argv, &envp, output, "checkpoints/", ".incomplete", call, UInt32(patience),
            &outcome)
        guard code == 0 else { throw TestFailure("ptrace: \(String(cString: strerror(code)))") }
        guard outcome.was_killed != 0 || outcome.status == 0 else {
            let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
            throw TestFailure("ended with status \(outcome.status): \(text)")
        }
        return outcome.was_killed != 0
    }
}
