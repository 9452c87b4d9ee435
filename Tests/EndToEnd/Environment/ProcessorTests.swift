import Coordination
import Foundation
import Testing

/// `cluster.threads: auto` is looked up at each start: the processors that the process may use, and no more than its control
/// group pays for.
@Suite struct ProcessorTests {
    /// Of `endlessTraining`.
    private static let shards = 8
    private static let processors = ProcessorShare.allowedProcessors

    private let sandbox: Sandbox
    private let run: RunFolder

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
    }

    /// The compute threads of each worker, as a run's coordinator knows them once they have joined.
    private func threads(of process: GanglionProcess, workers: Int = 1) throws -> [Int] {
        try process.wait(until: "step 5") { run.hasReached(5) }
        return try waitFor("\(workers) workers", while: process) {
            let status = try sandbox.complete(["status", "--run", run.path, "--json"]).standardOutput
            let object = try JSONSerialization.jsonObject(with: Data(status.utf8)) as? [String: Any]
            let members = object?["workers"] as? [[String: Any]] ?? []
            return members.count == workers ? members.compactMap { $0["threads"] as? Int } : nil
        }
    }

    private func stop(_ process: GanglionProcess) throws {
        process.send(SIGTERM)
        #expect(try process.wait() == .status(0), "\(process)")
        let configuration = try String(contentsOfFile: "\(run.path)/config.yaml", encoding: .utf8)
        #expect(configuration.contains("  threads: auto"), "\(configuration)")
    }

    @Test func allOfThemByDefault() throws {
        let expected = min(AvailableProcessors.count, Self.shards)
        let process = try sandbox.start(["train"] + endlessTraining(run))
        #expect(try threads(of: process) == [expected])
        try stop(process)
    }

    /// A thread each where there are as many workers as processors, or more.
    @Test func dividedAmongWorkers() throws {
        let workers = AvailableProcessors.count
        let process = try sandbox.start(["train", "--workers", "\(workers)"] + endlessTraining(run))
        #expect(try threads(of: process, workers: workers) == [Int](repeating: 1, count: workers))
        try stop(process)
    }

    /// The run goes on elsewhere with what there is then.
    @Test(.enabled(if: processors.count > 1, "needs two processors"))
    func onlyThoseThatItMayRunOn() throws {
        let first = try #require(Self.processors.first)
        let bound = try sandbox.start(["train"] + endlessTraining(run), launcher: ["taskset", "-c", "\(first)"])
        #expect(try threads(of: bound) == [1])
        try stop(bound)
        let step = Int(try run.newestCheckpoint().step)
        let free = try sandbox.start(["train", "--run", run.path, "--resume", "--checkpoint-every", "1"])
        try free.wait(until: "a further step") { run.newestStep > step }
        #expect(try threads(of: free) == [min(AvailableProcessors.count, Self.shards)])
        try stop(free)
    }

    @Test(
        .enabled(if: processors.count > 1, "needs two processors"),
        .enabled(if: ControlGroup.obstacle == nil, "no control group: \(ControlGroup.obstacle ?? "")"))
    func noMoreThanTheQuotaPaysFor() throws {
        let group = try ControlGroup(processors: 0.9)
        let process = try sandbox.start(["train"] + endlessTraining(run), launcher: group.launcher)
        #expect(try threads(of: process) == [1])
        try stop(process)
        withExtendedLifetime(group) {}
    }

    /// A worker that was started by hand counts in the same way.
    @Test(.enabled(if: processors.count > 1, "needs two processors"))
    func aWorkersOwnThreads() throws {
        let first = try #require(Self.processors.first)
        let socket = "ipc://\(sandbox.file("socket"))"
        let coordinator = try sandbox.start(["coordinator", "--bind", socket] + endlessTraining(run))
        let worker = try sandbox.start(
            ["worker", "--connect", socket, "--threads", "auto"], launcher: ["taskset", "-c", "\(first)"])
        #expect(try threads(of: coordinator) == [1])
        try stop(coordinator)
        #expect(try worker.wait() == .status(0), "\(worker)")
    }
}
