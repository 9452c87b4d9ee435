import Foundation
import Testing

/// A coordinator and workers that are started one by one, as on several machines.
struct Cluster {
    /// Steps that no test comes to: such a run ends by `expectQuietStateWhenStopped`, so that it is never over before what is
    /// to be done to it has been done, however busy the machine is.
    static let endless = 900_000

    let task: TrainingTask
    let sandbox: Sandbox
    let run: RunFolder
    let coordinator: GanglionProcess
    /// Where workers connect.
    let endpoint: String

    /// Starts a coordinator for a task.
    ///
    /// - Parameters:
    ///   - bind: the endpoint; with port 0 the coordinator says which it took.
    ///   - run: where it writes.
    ///   - options: further flags of the coordinator.
    ///   - launcher: words before the program.
    init(
        _ task: TrainingTask, in sandbox: Sandbox, bind: String, run: RunFolder, steps: Int? = nil,
        options: [String] = [], launcher: [String] = []
    ) throws {
        self.task = task
        self.sandbox = sandbox
        self.run = run
        coordinator = try sandbox.start(
            ["coordinator", "--bind", bind] + task.arguments(run, checkpointEvery: 10, steps: steps)
                + ["--set", "output.keep=1000"] + options,
            launcher: launcher)
        endpoint = try Cluster.endpoint(of: coordinator)
    }

    /// What a coordinator says that workers connect to.
    static func endpoint(of coordinator: GanglionProcess) throws -> String {
        var found = ""
        try coordinator.wait(until: "its endpoint") {
            guard let match = coordinator.standardError.firstMatch(of: /ganglion worker --connect (\S+)[ \n]/) else {
                return false
            }
            found = String(match.1)
            return true
        }
        return found
    }

    func startWorker(timeout: Double = patience, options: [String] = []) throws -> GanglionProcess {
        try sandbox.start(["worker", "--connect", endpoint, "--timeout", "\(timeout)"] + options)
    }

    /// Starts a worker and returns when it takes part.
    func startReadyWorker(options: [String] = []) throws -> GanglionProcess {
        let worker = try startWorker(options: options)
        try wait(untilJoined: worker)
        return worker
    }

    /// Waits until the coordinator has taken a worker, whose name ends with its process's number.
    func wait(untilJoined worker: GanglionProcess) throws {
        try coordinator.wait(until: "worker \(worker.identifier)") { hasJoined(worker) }
    }

    func hasJoined(_ worker: GanglionProcess) -> Bool {
        coordinator.standardError.contains("/\(worker.identifier) joined (")
    }

    func wait(untilStep step: Int) throws {
        try coordinator.wait(until: "step \(step)") { run.hasReached(step) }
    }

    func wait(untilCoordinatorSays text: String, times: Int = 1) throws {
        try coordinator.wait(until: "'\(text)'") {
            coordinator.standardError.components(separatedBy: text).count > times
        }
    }

    /// The run stops when asked to, in the state of a quiet run at the newest step behind it; `workers` are told.
    func expectQuietStateWhenStopped(
        _ workers: [GanglionProcess], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        coordinator.send(SIGTERM)
        #expect(try coordinator.wait() == .status(0), "\(coordinator)", sourceLocation: sourceLocation)
        for worker in workers {
            #expect(try worker.wait() == .status(0), "\(worker)", sourceLocation: sourceLocation)
        }
        let step = try run.newestStepBehind()
        let quiet = sandbox.run("quiet")
        try sandbox.complete(["train", "--workers", "1"] + task.arguments(quiet, steps: step))
        #expect(
            try run.stateSHA256(inCheckpoint: step) == quiet.stateSHA256(afterStep: step),
            sourceLocation: sourceLocation)
    }

    /// Waits for a number of further steps.
    func wait(steps: Int) throws {
        try wait(untilStep: (run.newestCheckpointedStep() + steps) / 10 * 10)
    }
}
