import FileFormats
import Foundation
import RunConfiguration
import Runs
import Testing

/// Run directories that are taken, and checkpoints that are broken or hostile.
@Suite struct BadCheckpointTests {
    private let sandbox: Sandbox
    private let run: RunFolder
    private let task = TrainingTask(preset: "lenet-28")

    /// A run of two steps, with both checkpoints.
    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
        try sandbox.complete(["train"] + task.arguments(run, checkpointEvery: 1, steps: 2))
    }

    // MARK: The directory

    @Test func aRunOfAnotherPreset() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        try sandbox.complete(["train", "--preset", "ring-2d", "--steps", "2", "--run", run.path])
        try Refusal(
            "another preset", ["train", "--run", run.path, "--resume", "--preset", "grid-2d"], 78, run.path, "ring-2d",
            "grid-2d"
        ).check(in: sandbox)
    }

    @Test func aRunIsNotOverwritten() throws {
        try Refusal("exists", ["train", "--run", run.path], 73, run.path, "already holds a run", "--resume")
            .check(in: sandbox)
    }

    @Test func aFolderOfOtherFilesIsNotUsed() throws {
        let folder = try sandbox.folder("thesis")
        _ = try sandbox.file("thesis/chapter.txt", holding: [65])
        try Refusal("other files", ["train", "--run", folder], 73, "thesis", "'chapter.txt'").check(in: sandbox)
    }

    @Test func aFolderThatCannotBeMade() throws {
        let file = try sandbox.file("file", holding: [65])
        try Refusal("below a file", ["train", "--run", "\(file)/run"], 73, "\(file)/run").check(in: sandbox)
    }

    @Test func aRunThatIsNotThere() throws {
        try Refusal("missing", ["train", "--run", sandbox.file("no"), "--resume"], 66, "no such run").check(in: sandbox)
        try Refusal("no run", ["train", "--run", sandbox.path, "--resume"], 66, "config.yaml").check(in: sandbox)
    }

    @Test func aSecondCoordinatorIsRefused() throws {
        let other = sandbox.run("other")
        let first = try sandbox.start(
            ["coordinator", "--bind", "ipc://\(sandbox.file("socket"))"] + task.arguments(other))
        try first.wait(until: "waiting") { first.standardError.contains("waiting") }
        try Refusal(
            "locked", ["train", "--run", other.path, "--resume"], 73, other.path,
            "another coordinator (process \(first.identifier))"
        ).check(in: sandbox)
        // The socket is taken too; the run that wanted it leaves no trace.
        try Refusal(
            "socket",
            ["coordinator", "--bind", "ipc://\(sandbox.file("socket"))"] + task.arguments(sandbox.run("third")),
            73, sandbox.file("socket"), "in use by another coordinator"
        ).check(in: sandbox)
        #expect(first.poll() == nil)
    }

    @Test func aRunGoesOnWithItsOwnConfigurationOnly() throws {
        try resume(refusedWith: 78, "batch.shards", extra: ["--set", "batch.shards=4"])
    }

    // MARK: The checkpoint

    @Test func aHeaderThatClaimsTwoToTheSixtiethBytes() throws {
        try spoil { _ in [0, 0, 0, 0, 0, 0, 0, 0x10] + Array("{}".utf8) }
        try expectFallback(naming: "1152921504606846976 bytes")
    }

    @Test func aTruncatedFile() throws {
        try spoil { $0.dropLast(1000) }
        try expectFallback(naming: "step-000002.safetensors")
    }

    @Test func aFlippedBit() throws {
        try spoil { bytes in
            var bytes = bytes
            bytes[bytes.count - 4321] ^= 1
            return bytes
        }
        try expectFallback(naming: "checksum")
    }

    @Test func anEmptyFile() throws {
        try spoil { _ in [] }
        try expectFallback(naming: "too short")
    }

    @Test func notANumber() throws {
        for step in 1...2 { try ForgedCheckpoint(run.checkpoint(step)).withNaN(in: "generator.lin1.weight") }
        try resume(refusedWith: 65, "generator.lin1.weight", "nan")
    }

    @Test func aShapeThatDoesNotMatchTheModel() throws {
        let path = run.checkpoint(2)
        var checkpoint = try Checkpoint(contentsOf: path)
        let index = try #require(checkpoint.tensors.firstIndex { $0.name == "generator.lin1.weight" })
        checkpoint.tensors[index].shape.reverse()
        try checkpoint.write(to: path)
        try resume(
            refusedWith: 65, "step-000002.safetensors", "generator.lin1.weight", "\(checkpoint.tensors[index].shape)")
    }

    @Test func aMissingTensor() throws {
        var checkpoint = try Checkpoint(contentsOf: run.checkpoint(2))
        checkpoint.tensors.removeAll { $0.name == "generator.lin1.weight" }
        try checkpoint.write(to: run.checkpoint(2))
        try resume(refusedWith: 65, "step-000002.safetensors", "generator.lin1.weight")
    }

    @Test func noneIsGood() throws {
        for step in 1...2 { try spoil(step) { _ in [0, 0, 0, 0, 0, 0, 0, 0x10] } }
        try resume(refusedWith: 65, "none of the checkpoints", "--run")
    }

    private func spoil(_ step: Int = 2, _ change: ([UInt8]) -> some Sequence<UInt8>) throws {
        let path = run.checkpoint(step)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        try Data(change(bytes)).write(to: URL(fileURLWithPath: path))
    }

    private func resume(
        refusedWith status: Int32, _ words: String..., extra: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var refusal = Refusal("resume", ["train", "--run", run.path, "--resume", "--steps", "4"] + extra, status)
        refusal.words = words
        try refusal.check(in: sandbox, sourceLocation: sourceLocation)
    }

    /// The newest checkpoint is named as bad, the one before is taken, and the bits are as if nothing had been.
    private func expectFallback(naming words: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let quiet = sandbox.run("quiet")
        try sandbox.complete(["train"] + task.arguments(quiet, steps: 4))
        let resumed = try sandbox.complete(["train", "--run", run.path, "--resume", "--steps", "4"])
        let warning = resumed.standardError.split(separator: "\n").first { $0.contains("warning") } ?? ""
        #expect(warning.contains("step-000002.safetensors"), "\(resumed)", sourceLocation: sourceLocation)
        #expect(warning.contains(words), "\(resumed)", sourceLocation: sourceLocation)
        #expect(resumed.standardError.contains("going on from step 1"), sourceLocation: sourceLocation)
        #expect(
            try run.stateSHA256(afterStep: 4) == quiet.stateSHA256(afterStep: 4), sourceLocation: sourceLocation)
        #expect(try run.metricsSteps() == [1, 2, 3, 4], sourceLocation: sourceLocation)
    }
}
