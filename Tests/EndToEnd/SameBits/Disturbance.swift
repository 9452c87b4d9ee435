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
            let launcher = try sandbox.start(["train", "--workers", "2"] + task.arguments(run, checkpointEvery: 13))
            try launcher.wait(until: "step 13") { run.hasReached(13) }
            let worker = try #require(ProcessTable.children(of: launcher.identifier).first)
            kill(worker, SIGKILL)
            #expect(try launcher.wait() == .status(0), "\(launcher)")
            #expect(launcher.standardError.contains("died (signal 9)"), "\(launcher)")
        case .stoppedAndResumed:
            let launcher = try sandbox.start(["train", "--workers", "1"] + task.arguments(run, checkpointEvery: 20))
            try launcher.wait(until: "step 20") { run.hasReached(20) }
            launcher.send(SIGTERM)
            #expect(try launcher.wait() == .status(0), "\(launcher)")
            #expect(try (20..<60).contains(run.newestCheckpoint().step))
            try resume(run, in: sandbox)
        case .lengthened:
            try sandbox.complete(["train", "--workers", "2"] + task.arguments(run, steps: 30))
            #expect(try run.newestCheckpoint().step == 30)
            try resume(run, in: sandbox)
        case .coordinatorKilled:
            let launcher = try sandbox.start(["train", "--workers", "2"] + task.arguments(run, checkpointEvery: 13))
            try launcher.wait(until: "step 13") { run.hasReached(13) }
            usleep(50_000)
            launcher.kill()
            #expect(try run.newestCheckpoint().step < 60)
            try resume(run, in: sandbox)
        }
        #expect(run.unfinishedFiles.isEmpty)
        #expect(try run.metricsSteps() == Array(1...TrainingTask.steps))
        if self != .coordinatorKilled { #expect(sandbox.runtimeRemains.isEmpty) }
    }

    /// Goes on with a run, by another number of workers than before.
    private func resume(_ run: RunFolder, in sandbox: Sandbox) throws {
        try sandbox.complete([
            "train", "--workers", "3", "--run", run.path, "--resume", "--steps", "\(TrainingTask.steps)",
        ])
    }
}
