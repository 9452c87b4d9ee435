import Foundation
import Testing

/// The undisturbed runs by one worker that all others are compared with: each is computed once, by whoever asks first.
final class QuietRuns: @unchecked Sendable {  // the table is behind its lock, each run behind its own
    static let shared = QuietRuns()

    private final class Run: @unchecked Sendable {  // the result is behind the lock
        private let lock = NSLock()
        private var result: Result<String, any Error>?

        func stateSHA256(of task: TrainingTask) throws -> String {
            try lock.withLock {
                if result == nil { result = Result { try Run.compute(task) } }
                return try result!.get()
            }
        }

        private static func compute(_ task: TrainingTask) throws -> String {
            let sandbox = try Sandbox()
            let run = sandbox.run("quiet")
            try sandbox.complete(["train", "--workers", "1"] + task.arguments(run))
            return try run.stateSHA256(afterStep: task.steps)
        }
    }

    private let lock = NSLock()
    private var runs: [TrainingTask: Run] = [:]

    /// The SHA-256 of the final state.
    func stateSHA256(of task: TrainingTask) throws -> String {
        let run = lock.withLock {
            if let run = runs[task] { return run }
            let run = Run()
            runs[task] = run
            return run
        }
        return try run.stateSHA256(of: task)
    }
}
