import CSystemCallTrace
import Foundation
import Testing

/// A worker's compute thread that stands still, by ptrace(2), while the others of its process run on: as one that computes
/// for ever. It is held as it enters write(2), so that a test knows which locks it holds. It runs on when the last reference goes.
final class HeldThread {
    private let state: State

    private final class State: @unchecked Sendable {  // all is behind the condition's lock
        let condition = NSCondition()
        var code: Int32?
        var isOver = false
        var hasEnded = false
    }

    /// Returns when the thread has come to its next write(2).
    /// - Throws: `TestFailure` where there is no such thread, or no tracing.
    init(_ name: String, of process: GanglionProcess) throws {
        let thread = try HeldThread.identifier(name, of: process)
        let state = State()
        self.state = state
        // ptrace ties a thread to the one that traces it: this one does nothing else.
        Thread.detachNewThread {
            let code = sct_hold_thread(thread)
            state.condition.withLock {
                state.code = code
                state.condition.broadcast()
                while code == 0, !state.isOver { state.condition.wait() }
            }
            if code == 0 { _ = sct_let_go(thread) }
            state.condition.withLock {
                state.hasEnded = true
                state.condition.broadcast()
            }
        }
        let limit = Date(timeIntervalSinceNow: patience)
        let code: Int32? = state.condition.withLock {
            while state.code == nil, state.condition.wait(until: limit) {}
            state.isOver = state.code != 0
            return state.code
        }
        guard let code else {
            throw TestFailure("thread '\(name)' of \(process) has written nothing for \(patience) s")
        }
        guard code == 0 else {
            throw TestFailure("thread '\(name)' cannot be held: \(String(cString: strerror(code)))")
        }
    }

    deinit { letGo() }

    /// Returns when it runs on.
    func letGo() {
        state.condition.withLock {
            state.isOver = true
            state.condition.broadcast()
            while !state.hasEnded { state.condition.wait() }
        }
    }

    private static func identifier(_ name: String, of process: GanglionProcess) throws -> pid_t {
        let folder = "/proc/\(process.identifier)/task"
        for entry in try FileManager.default.contentsOfDirectory(atPath: folder) {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(entry)/comm") else { continue }
            if String(decoding: data, as: UTF8.self) == "\(name)\n", let thread = pid_t(entry) { return thread }
        }
        throw TestFailure("\(process) has no thread '\(name)'")
    }
}
