import Foundation

/// A coordinator and workers that are started one by one, as on several machines.
struct Cluster {
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
        self.sandbox = sandbox
        self.run = run
        coordinator = try sandbox.start(
            ["coordinator", "--bind", bind] + task.arguments(run, checkpointEvery: 10, steps: steps) + options,
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

    func startWorker(timeout: Double = 60, options: [String] = []) throws -> GanglionProcess {
        try sandbox.start(["worker", "--connect", endpoint, "--timeout", "\(timeout)"] + options)
    }

    func wait(untilStep step: Int) throws {
        try coordinator.wait(until: "step \(step)") { run.hasReached(step) }
    }

    func wait(untilCoordinatorSays text: String, times: Int = 1) throws {
        try coordinator.wait(until: "'\(text)'") {
            coordinator.standardError.components(separatedBy: text).count > times
        }
    }
}
