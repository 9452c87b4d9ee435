import Foundation
import Testing

/// What is done to a run that must not change its result.
enum Disturbance: Hashable, Sendable, CustomTestStringConvertible {
    case cluster(workers: Int, threads: Int)
    /// A worker of two is killed by SIGKILL at a step that is no checkpoint.
    case workerKilled
    /// The coordinator is asked to stop after step 20, wherever in a step it is, and another cluster goes on.
    case stoppedAndResumed
    /// The run ends at step 30, and is made longer.
    case lengthened
    /// The coordinator is killed by SIGKILL beyond the checkpoint of step 13, and another cluster goes on from there.
    case coordinatorKilled

    static let all: [Disturbance] = [
        .cluster(workers: 1, threads: 2), .cluster(workers: 2, threads: 1), .cluster(workers: 3, threads: 1),
        .cluster(workers: 4, threads: 2), .cluster(workers: 8, threads: 1), .workerKilled, .stoppedAndResumed,
        .lengthened, .coordinatorKilled,
    ]

    var testDescription: String {
        switch self {
        case .cluster(let workers, let threads): "\(workers) workers of \(threads) threads"
        case .workerKilled: "a worker killed"
        case .stoppedAndResumed: "stopped and resumed"
        case .lengthened: "lengthened"
        case .coordinatorKilled: "the coordinator killed, and resumed"
        }
    }

    /// Does a task under this disturbance.
    func apply(to task: TrainingTask, _ run: RunFolder, in sandbox: Sandbox) throws {
        switch self {
        case .cluster(let workers, let threads):
            try sandbox.complete(
                ["train", "--workers", "\(workers)", "--threads", "\(threads)"] + task.arguments(run))
        case .workerKilled:
            try disturb(task, run, workers: 2, atStep: 13, in: sandbox) { launcher throws -> Bool in
                guard let worker = ProcessTable.children(of: launcher.identifier).first else { return false }
                kill(worker, SIGKILL)
                #expect(try launcher.wait() == .status(0), "\(launcher)")
                return launcher.standardError.contains("died (signal 9)")
            }
        case .stoppedAndResumed:
            try disturb(task, run, workers: 1, atStep: 20, in: sandbox) { launcher throws -> Bool in
                launcher.send(SIGTERM)
                #expect(try launcher.wait() == .status(0), "\(launcher)")
                return try run.newestCheckpoint().step < 60
            }
            try resume(run, in: sandbox)
        case .lengthened:
            try sandbox.complete(["train", "--workers", "2"] + task.arguments(run, steps: 30))
            #expect(try run.newestCheckpoint().step == 30)
            try resume(run, in: sandbox)
        case .coordinatorKilled:
            try disturb(task, run, workers: 2, atStep: 13, in: sandbox) { launcher throws -> Bool in
                usleep(50_000)
                launcher.kill()
                return try run.newestCheckpoint().step < 60
            }
            try resume(run, in: sandbox)
        }
        #expect(run.unfinishedFiles.isEmpty)
        #expect(try run.metricsSteps() == Array(1...TrainingTask.steps))
        if self != .coordinatorKilled { #expect(sandbox.runtimeRemains.isEmpty) }
    }

    /// Trains, and does something to the run when it has reached a step. Where the machine was so busy that the run was over
    /// before (`fault` returns false), nothing is proved: it is trained again.
    private func disturb(
        _ task: TrainingTask, _ run: RunFolder, workers: Int, atStep step: Int, in sandbox: Sandbox,
        by fault: (GanglionProcess) throws -> Bool
    ) throws {
        for _ in 1...20 {
            let launcher = try sandbox.start(
                ["train", "--workers", "\(workers)"] + task.arguments(run, checkpointEvery: step))
            try launcher.wait(until: "step \(step)") { run.hasReached(step) }
            if try fault(launcher) { return }
            #expect(try launcher.wait() == .status(0), "\(launcher)")
            try FileManager.default.removeItem(atPath: run.path)
        }
        throw TestFailure("every run was over before it was disturbed")
    }

    /// Goes on with a run, by another number of workers than before.
    private func resume(_ run: RunFolder, in sandbox: Sandbox) throws {
        try sandbox.complete([
            "train", "--workers", "3", "--run", run.path, "--resume", "--steps", "\(TrainingTask.steps)",
        ])
    }
}
