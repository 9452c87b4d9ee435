import Foundation
import Testing

/// No process outlives the one that started it, however that ends.
@Suite struct OrphanTests {
    @Test func workersEndWhenTheLauncherIsKilled() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let launcher = try sandbox.start(["train", "--workers", "3"] + endlessTraining(run))
        try launcher.wait(until: "step 5") { run.hasReached(5) }
        let workers = ProcessTable.children(of: launcher.identifier)
        #expect(workers.count == 3)
        launcher.kill()
        try waitFor("workers \(workers) to end") {
            workers.contains(where: ProcessTable.isRunning) ? nil : true
        }
        // What it left is a run that goes on.
        let step = try run.newestCheckpoint().step
        try sandbox.complete(["train", "--run", run.path, "--resume", "--steps", "\(step + 2)"])
        #expect(try run.newestCheckpoint().step == step + 2)
    }
}

/// The arguments of a run that is far from its end in any test, with a checkpoint at every fifth step. Nobody ends for the
/// silence of another: that would take longer than a test waits.
func endlessTraining(_ run: RunFolder) -> [String] {
    TrainingTask(preset: "lenet-28").arguments(run, checkpointEvery: 5, steps: 1_000_000) + [
        "--set", "cluster.workerTimeoutSeconds=\(2 * patience)", "--set",
        "cluster.coordinatorTimeoutSeconds=\(2 * patience)",
    ]
}
