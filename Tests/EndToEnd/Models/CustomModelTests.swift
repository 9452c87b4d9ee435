import FileFormats
import Foundation
import Testing

/// A program with a model of its own has the whole command line behind it: it trains with workers, is killed, goes on, samples and
/// evaluates, with the same bits.
@Suite struct CustomModelTests {
    private static let program = GanglionProcess.customModel

    private func arguments(_ run: RunFolder, steps: Int = 40) -> [String] {
        [
            "train", "--preset", "mini", "--size", "16", "--seed", "3", "--steps", "\(steps)", "--run", run.path,
            "--sample-every", "0", "--checkpoint-every", "10", "--set", "generator.width=8", "--set",
            "discriminator.width=8", "--set", "batch.shards=4", "--set", "batch.shardBatch=4",
        ]
    }

    @Test func trainsIsKilledResumedSampledAndEvaluated() throws {
        let sandbox = try Sandbox()
        let (quiet, killed) = (sandbox.run("quiet"), sandbox.run("killed"))
        try sandbox.complete(arguments(quiet) + ["--workers", "1"], program: Self.program)

        let process = try sandbox.start(
            arguments(killed, steps: 100_000) + ["--workers", "2"], program: Self.program)
        try process.wait(until: "step 10") { killed.hasReached(10) }
        process.kill()
        let step = killed.newestStep
        let resumed = try sandbox.complete(
            ["train", "--run", killed.path, "--resume", "--steps", "\(step + 20)", "--workers", "2"],
            program: Self.program)
        #expect(resumed.standardOutput.contains("Finished at step \(step + 20)"))

        // The bits of a run of one worker that nothing happened to.
        let reference = sandbox.run("reference")
        try sandbox.complete(arguments(reference, steps: step + 20) + ["--workers", "1"], program: Self.program)
        #expect(try killed.stateSHA256(afterStep: step + 20) == reference.stateSHA256(afterStep: step + 20))

        let grid = sandbox.file("grid.png")
        try sandbox.complete(["sample", "--run", quiet.path, "--count", "4", "--out", grid], program: Self.program)
        #expect(FileManager.default.fileExists(atPath: grid))
        let tensors = sandbox.file("samples.safetensors")
        try sandbox.complete(["sample", "--run", quiet.path, "--count", "4", "--out", tensors], program: Self.program)
        #expect(try SafetensorsFile(contentsOf: tensors).tensors["samples"]?.shape == [4, 1, 16, 16])
        let report = try sandbox.complete(
            ["evaluate", "--run", quiet.path, "--count", "64"], program: Self.program)
        #expect(report.standardOutput.contains("V(D,G)"))
        let list = try sandbox.complete(["config", "list"], program: Self.program)
        #expect(list.standardOutput.contains("\nmini "))
    }

    /// Help, advice and errors say the name of the program that runs.
    @Test func callsItselfByItsName() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        for command in [["--help"], ["train", "--help"], ["sample", "--help"], ["config", "--help"]] {
            let help = try sandbox.complete(command, program: Self.program).standardOutput
            #expect(help.contains("USAGE: custom-model"), "\(help)")
            #expect(help.contains("\n  custom-model ") && !help.contains("ganglion "), "\(help)")
        }
        let process = try sandbox.start(arguments(run, steps: 100_000), program: Self.program)
        try process.wait(until: "step 10") { run.hasReached(10) }
        process.send(SIGINT)
        #expect(try process.wait() == .status(130), "\(process)")
        #expect(
            process.standardOutput.contains("Go on with: custom-model train --run \(run.path) --resume"), "\(process)")
        #expect(process.standardError.hasPrefix("custom-model: "), "\(process)")
        #expect(run.log.contains("watch it with: custom-model status --run"), "\(run.log)")
        let step = run.newestStep
        let end = try sandbox.complete(
            ["train", "--run", run.path, "--resume", "--steps", "\(step)"], program: Self.program)
        #expect(end.standardOutput.contains("custom-model train --run \(run.path) --resume --steps"), "\(end)")
        let wrong = try sandbox.start(["train", "--data", "mnist:nowhere", "--run", "x"], program: Self.program)
        #expect(try wrong.wait() == .status(66))
        #expect(wrong.standardError.hasPrefix("custom-model: error: "), "\(wrong)")
        #expect(wrong.standardError.contains("custom-model data fetch mnist"), "\(wrong)")
    }

    /// The program without the model says that there is no such one, and its workers are refused as another build.
    @Test func anotherProgramIsToldApart() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        try sandbox.complete(arguments(run, steps: 10), program: Self.program)
        let other = try sandbox.start(["sample", "--run", run.path, "--out", sandbox.file("x.png")])
        #expect(try other.wait() == .status(78))
        #expect(other.standardError.contains("mini"))
        let (own, plain) = (
            try sandbox.complete(["--version"], program: Self.program), try sandbox.complete(["--version"])
        )
        #expect(own.standardOutput.contains(" with mini "))
        #expect(own.standardOutput != plain.standardOutput)
    }

    /// A size that the model does not make is refused with the nearest.
    @Test func asksForWhatItCanMake() throws {
        let sandbox = try Sandbox()
        let process = try sandbox.start(
            ["train", "--preset", "mini", "--size", "30", "--run", sandbox.file("r")], program: Self.program)
        #expect(try process.wait() == .status(64))
        #expect(process.standardError.contains("take --size 28x28"))
    }
}
