import Foundation
import RunConfiguration
import Runs
import Testing

/// What `--resume` cannot do is said with what to type instead, and nothing is touched.
@Suite struct ResumptionTests {
    private static let small = [
        "--preset", "ring-2d", "--set", "batch.shards=1", "--set", "batch.shardBatch=4", "--sample-every", "0",
    ]
    private static let constant = [
        "--set", "generator.optimizer.learningRateSchedule=constant", "--set",
        "discriminator.optimizer.learningRateSchedule=constant",
    ]
    private let sandbox: Sandbox
    private let run: RunFolder

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
    }

    private func train(_ more: [String] = []) throws {
        try sandbox.complete(["train", "--run", run.path, "--steps", "5"] + Self.small + more)
    }

    private func resume(_ more: String...) -> [String] { ["train", "--run", run.path, "--resume"] + more }

    /// Types the command that an error's last words are.
    private func typeAdvice(of arguments: [String]) throws -> GanglionProcess {
        let refused = try sandbox.start(arguments)
        #expect(try refused.wait() == .status(78), "\(refused)")
        let command = try #require(refused.standardError.firstMatch(of: /: ganglion (train --from .+)\n/)).1
        return try sandbox.complete(command.split(separator: " ").map(String.init))
    }

    @Test func fewerStepsThanAreDone() throws {
        try train(Self.constant)
        try Refusal("fewer", resume("--steps", "3"), 64, run.path, "at step 5 already", "got 3", "nothing was changed")
            .check(in: sandbox)
    }

    @Test func aFinishedRunIsLeftAsItIs() throws {
        try train(Self.constant)
        let before = try FolderDigest(run.path, except: [])
        let again = try sandbox.complete(resume())
        #expect(again.standardOutput.contains("is finished: it is at step 5 of 5"), "\(again)")
        #expect(again.standardOutput.contains("ganglion train --run \(run.path) --resume --steps 10"), "\(again)")
        #expect(try FolderDigest(run.path, except: []) == before)
        try sandbox.complete(resume("--steps", "10"))
        #expect(try run.metricsSteps() == Array(1...10))
    }

    @Test func aRateThatHasFallenToZero() throws {
        try train()
        try Refusal("longer", resume("--steps", "8"), 78, "the learning rate ended at 0 at step 5").check(in: sandbox)
        let next = try typeAdvice(of: resume("--steps", "8"))
        #expect(next.standardOutput.contains("Finished at step 8"), "\(next)")
        #expect(try sandbox.run("run-2").newestCheckpoint().counters["generatorVersion"] == "13")
    }

    @Test(arguments: [
        ["--set", "generator.optimizer.learningRate=1e-4"], ["--set", "loss.kind=hinge"],
        ["--set", "batch.shardBatch=8", "--set", "output.keep=1"], ["--seed", "3"],
    ])
    func whatARunCannotChangeANewOneCan(change: [String]) throws {
        try train(Self.constant)
        let next = try typeAdvice(of: ["train", "--run", run.path, "--resume"] + change)
        #expect(next.standardOutput.contains("Finished at step 5"), "\(next)")
        let made = try Configuration.resolve(file: sandbox.file("run-2/config.yaml"))
        let asked = try Configuration.resolve(file: "\(run.path)/config.yaml")
        let keys = made.keys(differingFrom: asked).filter { $0.section != "start" }
        #expect(keys.count == change.count / 2)
    }

    // MARK: Ends

    /// A step size of 10 under a strong penalty: numbers that are no numbers within a few steps.
    @Test func numbersThatAreNoneNameTheCheckpointAndTheWayOn() throws {
        let process = try sandbox.start(
            ["train", "--run", run.path, "--steps", "50"] + Self.small + Self.constant + [
                "--set", "loss.r1=1e6", "--set", "generator.optimizer.learningRate=10", "--set",
                "discriminator.optimizer.learningRate=10",
            ])
        #expect(try process.wait() == .status(65), "\(process)")
        let error = try #require(process.standardError.split(separator: "\n").last)
        let step = try run.newestCheckpoint().step
        #expect(step > 0 && step < 50)
        #expect(error.contains("the checkpoint \(run.checkpoint(Int(step))) is good"), "\(error)")
        #expect(
            error.hasSuffix(
                "ganglion train --from \(run.checkpoint(Int(step))) --run \(run.path)-2 --set"
                    + " generator.optimizer.learningRate=1.0 --set discriminator.optimizer.learningRate=1.0"),
            "\(error)")
        // The log has the whole error.
        #expect(run.log.contains(String(error.dropFirst("ganglion: ".count))), "\(run.log)")
    }

    @Test func theDeathOfALocalWorkerIsInTheLog() throws {
        let process = try sandbox.start(["train", "--workers", "2"] + endlessTraining(run))
        try process.wait(until: "step 5") { run.hasReached(5) }
        kill(try #require(ProcessTable.children(of: process.identifier).first), SIGKILL)
        try process.wait(until: "a death in the log") {
            run.log.firstMatch(of: /worker process [01] died \(.+\); it is started again/) != nil
        }
    }

    /// A discriminator that learns fast under the loss whose gradient vanishes then.
    @Test func aDeadTrainingIsSaid() throws {
        let process = try sandbox.complete(
            ["train", "--run", run.path, "--steps", "250"] + Self.small + Self.constant + [
                "--set", "batch.shardBatch=32", "--set", "loss.kind=minimax", "--set",
                "discriminator.optimizer.learningRate=0.05", "--set", "generator.optimizer.learningRate=1e-6",
            ])
        let sentence = /discriminator winning since step \d+: .+; try loss.kind=non-saturating/
        #expect(try run.verdicts().last == .discriminatorWinning)
        for text in [process.standardError, run.log, process.standardOutput] {
            #expect(text.matches(of: sentence).count == 1, "\(text)")
        }
    }

    // MARK: What is told of a run

    @Test func inspectReadsTheStepFromTheFile() throws {
        try train(Self.constant)
        try FileManager.default.moveItem(atPath: run.checkpoint(5), toPath: run.checkpoint(900))
        let report = try sandbox.complete(["inspect", "--run", run.path]).standardOutput
        #expect(report.contains("step 5 of 5"), "\(report)")
        #expect(report.contains("step-000900.safetensors"), "\(report)")
        #expect(report.contains("is of step 5, not of the one that its name says: not used"), "\(report)")
    }

    @Test func aDistanceOfFewImagesIsLeftOut() throws {
        try sandbox.complete(
            ["train", "--preset", "lenet-28", "--steps", "1", "--run", run.path, "--sample-every", "0"]
                + Self.small.dropFirst(2))
        let evaluation = ["evaluate", "--run", run.path, "--count", "1", "--features", "random"]
        let text = try sandbox.complete(evaluation).standardOutput
        #expect(text.contains("left out: 1 image gives no covariance"), "\(text)")
        let json = try sandbox.complete(evaluation + ["--json"]).standardOutput
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        #expect(object?["frechetDistance"] == nil && object?["samples"] as? Int == 1)
        let leftOut = object?["leftOut"] as? [String: String]
        #expect(leftOut?["frechetDistance"]?.contains("129 or more") == true)
    }
}
