import Foundation
import Testing

/// A coordinator on loopback TCP with short time-outs, with workers that connect to it directly or through a proxy, and
/// what must hold at the end whatever was done to them.
struct FaultCluster {
    let task: TrainingTask
    let cluster: Cluster
    /// The silence after which a worker is given up, seconds.
    let timeout: Double
    let port: UInt16
    private let proxies = Proxies()

    /// They must stay as long as the cluster does.
    private final class Proxies {
        var all: [WireProxy] = []
    }

    var sandbox: Sandbox { cluster.sandbox }
    var coordinator: GanglionProcess { cluster.coordinator }

    /// - Parameters:
    ///   - preset: whose networks are trained.
    ///   - steps: of the small task; nil for a run that ends by `expectQuietStateWhenStopped`: what is done to it cannot come
    ///     too late.
    ///   - workers: how many each round needs: with all that are started, none can come when the run is over, however busy
    ///     the machine is.
    ///   - options: further flags of the coordinator.
    init(
        preset: String = "ring-2d", steps: Int? = 200, workers: Int = 1, timeout: Double = 2, options: [String] = []
    ) throws {
        task = TrainingTask(preset: preset, steps: steps ?? Cluster.endless)
        self.timeout = timeout
        port = try TCPSocket.freePortPair()
        let sandbox = try Sandbox()
        cluster = try Cluster(
            task, in: sandbox, bind: "tcp://127.0.0.1:\(port)", run: sandbox.run("run"),
            options: [
                "--set", "cluster.heartbeatSeconds=0.1", "--set", "cluster.workerTimeoutSeconds=\(timeout)",
                "--set", "cluster.minWorkers=\(workers)",
            ] + options)
    }

    func proxy(_ place: Int, _ handler: @escaping WireProxy.Handler) throws -> WireProxy {
        let proxy = try WireProxy(place: place, port: port, handler: handler)
        proxies.all.append(proxy)
        return proxy
    }

    func startWorker(through proxy: WireProxy? = nil) throws -> GanglionProcess {
        try sandbox.start(["worker", "--connect", proxy?.endpoint ?? cluster.endpoint, "--timeout", "\(patience)"])
    }

    /// Starts workers one after the other, each once the one before takes part.
    func startWorkers(_ count: Int) throws -> [GanglionProcess] {
        try (1...count).map { _ in
            let worker = try startWorker()
            try cluster.wait(untilJoined: worker)
            return worker
        }
    }

    func timesCoordinatorSaid(_ text: String) -> Int {
        coordinator.standardError.components(separatedBy: text).count - 1
    }

    // MARK: What must hold at the end

    /// The run ends by itself with the quiet run's bits, and leaves nothing behind; so do `workers`.
    func expectQuietEnd(
        of workers: [GanglionProcess], coordinator: GanglionProcess? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let coordinator = coordinator ?? self.coordinator
        let exit = try coordinator.wait()
        #expect(exit == .status(0), "\(coordinator)", sourceLocation: sourceLocation)
        for worker in workers {
            let exit = try worker.wait()
            #expect(exit == .status(0), "\(worker)", sourceLocation: sourceLocation)
        }
        let quiet = try QuietRuns.shared.stateSHA256(of: task)
        #expect(try cluster.run.stateSHA256(afterStep: task.steps) == quiet, sourceLocation: sourceLocation)
        try expectNoRemains(steps: task.steps, sourceLocation: sourceLocation)
    }

    /// The run stops when asked to, in the state of a quiet run at the newest step behind it; `workers` are told.
    func expectQuietStateWhenStopped(
        _ workers: [GanglionProcess], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try cluster.expectQuietStateWhenStopped(workers, sourceLocation: sourceLocation)
        try expectNoRemains(steps: Int(cluster.run.newestCheckpoint().step), sourceLocation: sourceLocation)
    }

    private func expectNoRemains(steps: Int, sourceLocation: SourceLocation) throws {
        #expect(cluster.run.unfinishedFiles.isEmpty, sourceLocation: sourceLocation)
        #expect(sandbox.runtimeRemains.isEmpty, sourceLocation: sourceLocation)
        #expect(try cluster.run.metricsSteps() == Array(1...steps), sourceLocation: sourceLocation)
        let children = ProcessTable.children(of: getpid())
        #expect(!sandbox.identifiers.contains(where: children.contains), sourceLocation: sourceLocation)
    }
}
