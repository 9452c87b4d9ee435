import Adversarial
import FileFormats
import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// A checkpoint as another run's beginning, and a run that cannot go on as it is asked to.
final class StartingPointTests {
    private let path = temporaryPath()
    private let configuration: Configuration

    init() throws {
        configuration = try Configuration.resolve(overrides: [
            ConfigurationOverride(key: "preset", value: "ring-2d", origin: "--preset"),
            ConfigurationOverride(key: "generator.width", value: "8", origin: "--set"),
            ConfigurationOverride(key: "discriminator.width", value: "8", origin: "--set"),
            ConfigurationOverride(key: "steps", value: "20", origin: "--steps"),
        ])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A run's directory with checkpoints of untrained networks that say these steps.
    private func run(_ steps: [UInt64], _ configuration: Configuration? = nil) throws -> RunDirectory {
        let configuration = configuration ?? self.configuration
        let run = try RunDirectory.create(at: path, configuration: configuration)
        for step in steps { try run.save(checkpoint(step, configuration), keep: 0) }
        return run
    }

    private func checkpoint(_ step: UInt64, _ configuration: Configuration) throws -> Checkpoint {
        let recipe = configuration.recipe
        let state = try TrainingState(
            recipe: recipe, tensors: TrainingState(recipe: recipe).tensors(),
            counters: TrainingCounters(
                step: step, round: 2 * step, roundsInStep: 0, generatorVersion: step, discriminatorVersion: step))
        return Checkpoint(of: state, configuration: configuration, run: "r")
    }

    @Test func aRunItsFoldersAndItsFilesAreTaken() throws {
        let run = try run([10, 20])
        let newest = run.checkpointPath(step: 20)
        let sum = try sha256(newest)
        for source in [path, path + "/", run.checkpointsPath, newest] {
            let point = try StartingPoint(source)
            #expect(point.path == newest)
            #expect(point.sha256 == sum)
            #expect(point.configuration == configuration)
            #expect(point.sentence.contains("ring-2d after step 20, SHA-256 \(sum)"))
        }
        // Without its config.yaml, too: a checkpoint holds its configuration.
        try FileManager.default.removeItem(atPath: run.configurationPath)
        #expect(try StartingPoint(path).path == newest)
        #expect(try StartingPoint(run.checkpointPath(step: 10)).checkpoint.step == 10)
    }

    @Test func aBadNewestCheckpointIsNamedAndTheOneBeforeTaken() throws {
        let run = try run([10, 20])
        try write("bad", to: run.checkpointPath(step: 20))
        let point = try StartingPoint(path)
        #expect(point.path == run.checkpointPath(step: 10))
        #expect(point.rejected.map { $0.place.contains("step-000020") } == [true])
    }

    @Test func anotherContentIsRefused() throws {
        let run = try run([10, 20])
        let file = run.checkpointPath(step: 20)
        let other = try sha256(run.checkpointPath(step: 10))
        let error = #expect(throws: RunError.self) { _ = try StartingPoint(file, sha256: other) }
        #expect(error?.exitCode == 65)
        #expect(error?.expected == other && error?.place == file)
        #expect(try StartingPoint(file, sha256: try self.sha256(file)).checkpoint.step == 20)
    }

    @Test func whatIsNoSourceIsRefused() throws {
        let run = try run([])
        func problem(_ source: String) throws -> RunError? {
            #expect(throws: RunError.self) { _ = try StartingPoint(source) }
        }
        #expect(try problem(path)?.description.contains("has no checkpoint yet") == true)
        #expect(try problem(path + "/no")?.exitCode == 66)
        #expect(try problem("")?.exitCode == 66)
        #expect(try problem("/usr")?.description.contains("is no run directory") == true)
        #expect(try problem(run.configurationPath)?.exitCode == 65)
    }

    @Test func theStateBeginsAtStepZeroWithTheCountsOfTheOther() throws {
        _ = try run([20])
        var next = configuration
        next.recipe.steps = 3
        next.recipe.loss = .hinge
        let point = try StartingPoint(path)
        next.start = point.settings
        let state = try point.trainingState(for: next)
        #expect(state.step == 0)
        #expect(state.nextRound?.batchIndex == 20)
        // Its own checkpoints go on without the other run, and tell its origin.
        let saved = Checkpoint(of: state, configuration: next, run: "s")
        #expect(saved.counters["originRound"] == "40")
        let resumed = try saved.trainingState(for: next, path: "s")
        #expect(resumed.counters == state.counters)
        var changed = saved
        changed.counters["originRound"] = nil
        #expect(throws: RunError.self) { _ = try changed.trainingState(for: next, path: "s") }
        next.start = Configuration.StartSettings()
        let error = #expect(throws: RunError.self) { _ = try saved.trainingState(for: next, path: "s") }
        #expect(error?.description.contains("start.sha256") == true)
    }

    @Test func otherTensorsAreNamedWithBothShapes() throws {
        _ = try run([20])
        var other = configuration
        other.recipe.model.discriminatorWidth = 16
        let point = try StartingPoint(path)
        let error = #expect(throws: RunError.self) { try point.expectTensors(of: other) }
        #expect(error?.exitCode == 78)
        let text = error?.description ?? ""
        #expect(text.contains("tensor 'discriminator.") && text.contains("has shape [8"))
        #expect(text.contains("in \(point.path) and [16") && text.contains("in this configuration"))
        #expect(text.hasSuffix("the checkpoint was made with discriminator.width=8"))
    }

    // MARK: The configuration

    @Test func theStartIsWrittenAndReadAndCountsByItsContent() throws {
        var started = configuration
        #expect(started.resolvedYAML().contains("start:\n"))
        started.start = Configuration.StartSettings(
            checkpoint: "/a b/c.safetensors", sha256: String(repeating: "0a", count: 32))
        #expect(try Configuration(yaml: started.resolvedYAML()) == started)
        #expect(started.recipeDigest != configuration.recipeDigest)
        var moved = started
        moved.start.checkpoint = "/elsewhere"
        #expect(moved.recipeDigest == started.recipeDigest)
        moved.start.sha256 = String(repeating: "1a", count: 32)
        #expect(moved.recipeDigest != started.recipeDigest)
        for text in [
            "start: {sha256: abc}", "start: {checkpoint: x, sha256: 12}", "start: {sha256: \(started.start.sha256!)}",
        ] {
            let error = #expect(throws: RunError.self) { _ = try Configuration(yaml: text) }
            #expect(error?.description.contains("start.sha256") == true)
        }
    }

    /// A checkpoint from before networks were families, with the keys and the digest of then, belongs to its configuration still.
    @Test func checkpointsOfFormerKeysGoOn() throws {
        let former = """
            preset: dcgan-28
            architecture: dcgan-28
            schedule: alternating
            averageDecay: 0.99
            normalization: {mean: 0.5, deviation: 0.5}
            generator: {latentSize: 100, width: 64, optimizer: {decay: constant}}
            discriminator: {width: 64, optimizer: {decay: constant}}
            """
        let checkpoint = Checkpoint(
            tensors: [], step: 1,
            recipeDigest: "41ae8af9eb416a7c8e2555e301a910ea865de8d7f1cb1b07d4810733958c1c33", configuration: former,
            run: "r")
        let configuration = Configuration(preset: .dcgan28)
        #expect(try Configuration(yaml: former) == configuration)
        try checkpoint.expect(configuration, path: "c.safetensors")
        var other = configuration
        other.recipe.movingAverage.decay = 0.5
        let error = #expect(throws: RunError.self) { try checkpoint.expect(other, path: "c.safetensors") }
        #expect(error?.description.contains("another emaDecay") == true)
    }

    // MARK: Going on

    @Test func stepsBelowTheOneReachedAreRefused() throws {
        let run = try run([20])
        let resumption = Resumption(
            run: "r", checkpoint: try checkpoint(20, configuration), path: run.checkpointPath(step: 20))
        var shorter = configuration
        shorter.recipe.steps = 3
        let error = #expect(throws: RunError.self) { try resumption.check(shorter) }
        #expect(error?.exitCode == 64)
        #expect(
            error?.description.contains("the run is at step 20 already; expected steps of 20 or more, got 3") == true)
    }

    @Test func aRateThatEndedAtZeroCannotGoOn() throws {
        var longer = configuration
        longer.recipe.steps = 40
        func sentence(at step: UInt64) throws -> String {
            let resumption = Resumption(run: path, checkpoint: try checkpoint(step, configuration), path: "c")
            return try #require(#expect(throws: RunError.self) { try resumption.check(longer) }).description
        }
        let ended = try sentence(at: 20)
        #expect(ended.contains("the learning rate ended at 0 at step 20"))
        #expect(ended.hasSuffix("ganglion train --from \(path) --run \(path)-2 --steps 40"))
        #expect(try sentence(at: 5).contains("falls to 0 over the run's 20 steps, of which 5 are done"))
    }

    @Test func whatCannotChangeIsNamedWithTheCommandThatCan() throws {
        let resumption = Resumption(run: path, checkpoint: try checkpoint(5, configuration), path: "c")
        func advice(_ change: (inout Configuration) -> Void) throws -> String {
            var changed = configuration
            change(&changed)
            let error = try #require(#expect(throws: RunError.self) { try resumption.check(changed) })
            #expect(error.exitCode == 78)
            return error.description
        }
        let command = "ganglion train --from \(path) --run \(path)-2"
        #expect(try advice { $0.recipe.seed = 4 }.hasSuffix("\(command) --seed 4"))
        #expect(try advice { $0.recipe.loss = .leastSquares }.hasSuffix("\(command) --set loss.kind=least-squares"))
        #expect(
            try advice {
                $0.recipe.generatorOptimizer.learningRate.start = 1e-4
                $0.output.keep = 0
            }.hasSuffix(
                "\(command) --set generator.optimizer.learningRate=0.0001 --set output.keep=0"))
        #expect(
            try advice { $0.recipe.generatorOptimizer.learningRate.shape = .constant }.contains(
                "another generator.optimizer.learningRateSchedule"))
        #expect(try advice { $0.recipe.model.latentSize = 3 }.hasSuffix("start another run with --run"))
        // What decides no bits may change.
        var quick = configuration
        quick.cluster.workers = 7
        try resumption.check(quick)
    }

    @Test func aFinishedRunSaysWhatCanBeTyped() throws {
        let falling = Resumption(run: path, checkpoint: try checkpoint(20, configuration), path: "c")
        #expect(
            falling.finished(configuration)?.hasSuffix("ganglion train --from \(path) --run \(path)-2 --steps 20")
                == true)
        var constant = configuration
        constant.recipe.generatorOptimizer.learningRate.shape = .constant
        constant.recipe.discriminatorOptimizer.learningRate.shape = .constant
        let done = Resumption(run: path, checkpoint: try checkpoint(20, constant), path: "c")
        #expect(done.finished(constant)?.hasSuffix("ganglion train --run \(path) --resume --steps 40") == true)
        constant.recipe.steps = 21
        #expect(done.finished(constant) == nil)
    }

    @Test func theNextDirectoryIsFree() throws {
        #expect(NewRunCommand.freeDirectory(beside: path + "/") == path + "-2")
        for name in [path, path + "-2"] {
            try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: path + "-2") }
        #expect(NewRunCommand.freeDirectory(beside: path) == path + "-3")
        #expect(NewRunCommand.freeDirectory(beside: path + "-2") == path + "-3")
        #expect(ShellWord.quoted("it's") == #"'it'\''s'"#)
        #expect(ShellWord.quoted("a b") == "'a b'" && ShellWord.quoted("runs/a-1") == "runs/a-1")
    }

    private func sha256(_ path: String) throws -> String {
        var hash = SHA256()
        try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { hash.update($0) }
        return hash.hexadecimal
    }
}
