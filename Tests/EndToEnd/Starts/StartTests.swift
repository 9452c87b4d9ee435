import FileFormats
import Foundation
import RunConfiguration
import Runs
import Testing

/// `--from`: a new run with what another has trained.
@Suite struct StartTests {
    private let sandbox: Sandbox
    private let source: RunFolder

    /// A run of four steps whose learning rates fall to 0, with the checkpoints of steps 2 and 4.
    init() throws {
        sandbox = try Sandbox()
        source = sandbox.run("source")
        try sandbox.complete(
            [
                "train", "--preset", "lenet-28", "--seed", "7", "--set", "batch.shards=4", "--set",
                "batch.shardBatch=2",
                "--set", "generator.optimizer.learningRateSchedule=linear", "--set",
                "discriminator.optimizer.learningRateSchedule=cosine",
                "--sample-every", "0", "--checkpoint-every", "2", "--steps", "4", "--run", source.path,
            ])
    }

    private func from(_ source: String, _ run: RunFolder, _ more: String...) throws -> GanglionProcess {
        try sandbox.complete(["train", "--from", source, "--run", run.path] + more)
    }

    private func configuration(_ run: RunFolder) throws -> Configuration {
        try Configuration.resolve(file: "\(run.path)/config.yaml")
    }

    private func sha256(_ path: String) throws -> String {
        var hash = SHA256()
        try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { hash.update($0) }
        return hash.hexadecimal
    }

    // MARK: The beginning

    @Test func aRunBeginsWithTheNewestCheckpointAndSaysSo() throws {
        let run = sandbox.run("next")
        let process = try from(source.path, run, "--steps", "3")
        let file = source.checkpoint(4)
        let digest = try sha256(file)
        for text in [process.standardError, run.log] {
            #expect(text.contains("starting from \(file) (lenet-28 after step 4, SHA-256 \(digest))"), "\(text)")
        }
        let configuration = try configuration(run)
        #expect(configuration.start == Configuration.StartSettings(checkpoint: file, sha256: digest))
        // The source's configuration but for what was given.
        var expected = try self.configuration(source)
        expected.recipe.steps = 3
        expected.start = configuration.start
        #expect(configuration == expected)
        // Steps begin at 1, the counts of updates go on.
        #expect(try run.metricsSteps() == [1, 2, 3])
        let counters = try run.newestCheckpoint().counters
        #expect(try run.newestCheckpoint().step == 3)
        #expect((counters["generatorVersion"], counters["originGeneratorVersion"]) == ("7", "4"))
        #expect(counters["round"] == "14")
        // Step 0 is what it began with.
        func values(_ path: String) throws -> [String] {
            try Checkpoint(contentsOf: path).tensors.map { "\($0.name) \($0.values)" }
        }
        #expect(try values(run.checkpoint(0)) == values(file))
    }

    @Test func aCheckpointIsTakenUnderAnotherConfiguration() throws {
        let run = sandbox.run("next")
        _ = try from(
            source.checkpoint(2), run, "--preset", "lenet-28", "--steps", "2", "--set", "loss.kind=hinge", "--set",
            "batch.shards=1", "--set", "batch.shardBatch=3", "--set", "updateOrder=simultaneous")
        let configuration = try configuration(run)
        // With a preset, nothing comes from the source.
        #expect(
            configuration.recipe.seed == 0 && configuration.recipe.generatorOptimizer.learningRate.isConstant)
        #expect(configuration.start.checkpoint == source.checkpoint(2))
        #expect(try run.newestCheckpoint().counters["discriminatorVersion"] == "4")
    }

    @Test func aBadNewestCheckpointIsNamed() throws {
        try Data("{}".utf8).write(to: URL(fileURLWithPath: source.checkpoint(4)))
        let process = try from(source.path, sandbox.run("next"), "--steps", "1")
        #expect(process.standardError.contains("taking the checkpoint before it"), "\(process)")
        #expect(process.standardError.contains("lenet-28 after step 2"), "\(process)")
    }

    // MARK: The same bits

    @Test func theBitsAreTheSameForAnyWorkersAndThroughAStop() throws {
        let (one, two, stopped) = (sandbox.run("one"), sandbox.run("two"), sandbox.run("stopped"))
        _ = try from(source.path, one, "--steps", "12")
        _ = try from(source.path, two, "--steps", "12", "--workers", "2", "--threads", "2")
        #expect(try one.stateSHA256(afterStep: 12) == two.stateSHA256(afterStep: 12))

        let process = try sandbox.start(
            ["train", "--from", source.path, "--run", stopped.path, "--steps", "12", "--checkpoint-every", "1"])
        try process.wait(until: "step 2") { stopped.hasReached(2) }
        process.kill()
        // The run has its own copy of what it began with.
        try FileManager.default.removeItem(atPath: source.path)
        try sandbox.complete(["train", "--run", stopped.path, "--resume"])
        #expect(try stopped.stateSHA256(afterStep: 12) == one.stateSHA256(afterStep: 12))
        #expect(try stopped.metricsSteps() == Array(1...12))
        // Its time goes on too.
        let seconds = try MetricsLog.read(path: "\(stopped.path)/metrics.jsonl").map(\.seconds)
        #expect(seconds == seconds.sorted())
    }

    @Test func aCoordinatorBeginsWithItToo() throws {
        let (run, quiet) = (sandbox.run("run"), sandbox.run("quiet"))
        _ = try from(source.path, quiet, "--steps", "3")
        let socket = "ipc://\(sandbox.file("socket"))"
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", socket, "--from", source.path, "--run", run.path, "--steps", "3"])
        let worker = try sandbox.start(["worker", "--connect", socket])
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(try run.stateSHA256(afterStep: 3) == quiet.stateSHA256(afterStep: 3))
    }

    @Test func theConfigurationAsksForTheSameCheckpointAgain() throws {
        let (run, again) = (sandbox.run("run"), sandbox.run("again"))
        _ = try from(source.path, run, "--steps", "2")
        try sandbox.complete(["train", "--config", "\(run.path)/config.yaml", "--run", again.path])
        #expect(try again.stateSHA256(afterStep: 2) == run.stateSHA256(afterStep: 2))

        let repeated = ["train", "--config", "\(run.path)/config.yaml", "--run", sandbox.file("third")]
        let file = source.checkpoint(4)
        let digest = try sha256(file)
        try Data(contentsOf: URL(fileURLWithPath: source.checkpoint(2))).write(to: URL(fileURLWithPath: file))
        try Refusal("another content", repeated, 65, file, "start.sha256", digest, try sha256(file)).check(in: sandbox)
        try FileManager.default.removeItem(atPath: file)
        try Refusal("gone", repeated, 66, "start.checkpoint", file, digest).check(in: sandbox)
        // A run that is there needs it no more.
        let resumed = try sandbox.complete(["train", "--run", run.path, "--resume"])
        #expect(resumed.standardOutput.contains("is finished"))
    }

    // MARK: What is refused

    @Test func otherTensorsAndNoCheckpointsAreRefused() throws {
        let next = ["train", "--run", sandbox.file("next"), "--from"]
        for refusal in [
            Refusal(
                "another size", next + [source.path, "--set", "generator.latentSize=8"], 78,
                "tensor 'generator.lin1.weight' has shape [3136, 100] in \(source.checkpoint(4)) and [3136, 8] in this"
                    + " configuration", "generator.latentSize=100"),
            Refusal(
                "another architecture", next + [source.path, "--preset", "mlp-28"], 78, "tensor 'generator.",
                "this configuration", "architecture=lenet"),
            Refusal("nothing", next + [sandbox.file("no")], 66, "--from", sandbox.file("no")),
            Refusal("no run", next + [sandbox.file("logs")], 66, "--from", "is no run directory"),
            Refusal("no checkpoint", next + ["\(source.path)/config.yaml"], 65, "config.yaml: is plain text"),
            Refusal(
                "a picture", next + [try sandbox.file("p", holding: PhotoFolder.image(1))], 65, "p: is a PNG image",
                "expected a checkpoint"),
            Refusal(
                "a program", next + [GanglionProcess.executable], 65, "is a program (ELF)", "expected a checkpoint"),
            Refusal(
                "the run itself", ["train", "--run", source.path, "--from", source.path], 73, "already holds a run"),
        ] {
            try refusal.check(in: sandbox)
        }
    }
}
