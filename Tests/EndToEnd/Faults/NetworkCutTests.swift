import Foundation
import Testing

/// Two machines and the cable between them: cut, deaf in one direction, slow. Nobody sees the other close a connection.
///
/// One after the other: the model of 100 MB has checkpoints of 300 MB, and the disk may keep another coordinator waiting for
/// its own meanwhile.
@Suite(.needsNetworkNamespaces, .serialized) struct NetworkCutTests {
    enum Cut: Hashable, Sendable, CustomTestStringConvertible {
        case link
        /// The coordinator's packets to the worker vanish.
        case toWorker
        /// The worker's packets to the coordinator vanish.
        case toCoordinator

        var testDescription: String {
            switch self {
            case .link: "link down"
            case .toWorker: "packets to the worker vanish"
            case .toCoordinator: "packets to the coordinator vanish"
            }
        }

        func set(_ isCut: Bool, _ network: NetworkPair) throws {
            switch self {
            case .link: try network.setLink(up: !isCut)
            case .toWorker: try network.setBlackhole(from: .left, isCut)
            case .toCoordinator: try network.setBlackhole(from: .right, isCut)
            }
        }
    }

    @Test func halfASecondExpelsNobody() throws {
        let machines = try Machines(timeout: 3)
        try machines.startBoth()
        try Cut.link.set(true, machines.network)
        usleep(500_000)
        try Cut.link.set(false, machines.network)
        let step = try machines.step()
        try machines.cluster.wait(untilStep: step + 20)
        #expect(!machines.cluster.coordinator.standardError.contains("is gone"), "\(machines.cluster.coordinator)")
        try machines.expectQuietState()
    }

    @Test(arguments: [Cut.link, .toWorker, .toCoordinator])
    func aLongCutIsNoticedAndHeals(cut: Cut) throws {
        try cutAndHeal(cut, seconds: 3, timeout: 1.5)
    }

    @Test(.long, arguments: [Cut.link, .toWorker, .toCoordinator])
    func halfAMinute(cut: Cut) throws {
        try cutAndHeal(cut, seconds: 30, timeout: 5)
    }

    private func cutAndHeal(_ cut: Cut, seconds: Double, timeout: Double) throws {
        let machines = try Machines(timeout: timeout)
        try machines.startBoth()
        let start = ContinuousClock.now
        try cut.set(true, machines.network)
        let step = try machines.step()
        // The far worker has shards of each round: what goes further has been done by the other. Five steps may have been
        // done before the first packet was lost.
        try machines.cluster.wait(untilStep: step + 6)
        let recovery = start.duration(to: .now) / .seconds(1)
        Measured.note("\(cut.testDescription), next steps", recovery)
        try machines.cluster.wait(untilCoordinatorSays: "nothing heard of it for")
        let notice = start.duration(to: .now) / .seconds(1)
        Measured.note("\(cut.testDescription), given up with a time-out of \(timeout) s", notice)
        let rest = seconds - notice
        if rest > 0 { usleep(UInt32(rest * 1e6)) }
        let joins = machines.joins
        let healed = ContinuousClock.now
        try cut.set(false, machines.network)
        try machines.cluster.wait(untilCoordinatorSays: " joined (", times: joins + 1)
        Measured.note(
            "\(cut.testDescription): back after the cut of \(seconds) s", healed.duration(to: .now) / .seconds(1))
        try machines.cluster.wait(untilStep: try machines.step() + 20)
        #expect(machines.cluster.coordinator.standardError.components(separatedBy: "is gone").count == 2)
        try machines.expectQuietState()
    }

    /// A step's parameters and gradients take longer than the silence after which a worker is given up.
    @Test func tenMegabitsASecondExpelNobody() throws {
        try slow(width: 600, timeout: 2)
    }

    @Test(.long) func tenMegabitsASecondAndAHundredMegabytes() throws {
        try slow(width: 2500, timeout: 10, seconds: 900)
    }

    private func slow(width: Int, timeout: Double, seconds: Double = patience) throws {
        let task = TrainingTask(preset: "ring-2d", steps: 1)
        let machines = try Machines(
            task, timeout: timeout,
            options: ["--set", "generator.width=\(width)", "--set", "discriminator.width=\(width)"])
        try machines.network.setRate("10mbit")
        let worker = try machines.start(on: .right)
        let start = ContinuousClock.now
        #expect(
            try machines.cluster.coordinator.wait(seconds: seconds) == .status(0), "\(machines.cluster.coordinator)")
        Measured.note("a step at 10 Mbit/s, width \(width)", start.duration(to: .now) / .seconds(1))
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(
            !machines.cluster.coordinator.standardError.contains("nothing heard"), "\(machines.cluster.coordinator)")
        let quiet = machines.sandbox.run("quiet")
        try machines.sandbox.complete(
            ["train", "--workers", "1"] + task.arguments(quiet)
                + ["--set", "generator.width=\(width)", "--set", "discriminator.width=\(width)"])
        #expect(try machines.cluster.run.stateSHA256(afterStep: 1) == quiet.stateSHA256(afterStep: 1))
    }
}

/// A coordinator on the left machine, with a worker beside it and one on the right.
private struct Machines {
    let network: NetworkPair
    let sandbox: Sandbox
    let cluster: Cluster
    private let task: TrainingTask
    private let endpoint: String

    init(
        _ task: TrainingTask = TrainingTask(preset: "ring-2d", steps: 900_000), timeout: Double, options: [String] = []
    ) throws {
        self.task = task
        network = try NetworkPair()
        sandbox = try Sandbox()
        endpoint = "tcp://\(network.address(.left)):7700"
        cluster = try Cluster(
            task, in: sandbox, bind: endpoint, run: sandbox.run("run"),
            options: [
                "--insecure", "--checkpoint-every", "2", "--set", "output.keep=100", "--set",
                "cluster.heartbeatSeconds=0.1", "--set", "cluster.workerTimeoutSeconds=\(timeout)",
            ] + options, launcher: network.launcher(.left))
    }

    func start(on side: NetworkPair.Side) throws -> GanglionProcess {
        try sandbox.start(
            ["worker", "--connect", endpoint, "--insecure", "--timeout", "\(patience)"],
            launcher: network.launcher(side))
    }

    var joins: Int { cluster.coordinator.standardError.components(separatedBy: " joined (").count - 1 }

    /// Both workers; returns when they are at work.
    func startBoth() throws {
        for side in [NetworkPair.Side.left, .right] { _ = try start(on: side) }
        try cluster.wait(untilCoordinatorSays: "joined (2 ready)")
        try cluster.wait(untilStep: 20)
    }

    func step() throws -> Int { Int(try cluster.run.newestCheckpoint().step) }

    func expectQuietState() throws {
        cluster.coordinator.send(SIGTERM)
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        let step = try cluster.run.newestStepBehind()
        let quiet = sandbox.run("quiet")
        try sandbox.complete(["train"] + task.arguments(quiet, steps: step))
        #expect(try cluster.run.stateSHA256(inCheckpoint: step) == quiet.stateSHA256(afterStep: step))
        #expect(cluster.run.unfinishedFiles.isEmpty)
    }
}
