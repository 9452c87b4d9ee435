import Foundation
import Runs
import Testing

/// Real runs that are made to fail, each in its way, and what is said of them; and others of which nothing is.
@Suite struct HealthTests {
    private let sandbox: Sandbox
    private let run: RunFolder
    private let small = [
        "--preset", "dcgan-28", "--size", "16", "--set", "generator.width=16", "--set", "discriminator.width=16",
        "--seed", "1", "--checkpoint-every", "0",
    ]

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
    }

    /// A generator that leaps to where this discriminator, which hardly learns, cannot follow: one image for every noise.
    @Test func aCollapseEndsTheRunWhereThatIsAskedFor() throws {
        let process = try sandbox.complete(
            ["train", "--run", run.path, "--steps", "2000", "--stop-when", "collapsed"] + small + [
                "--set", "generator.optimizer.learningRate=0.1", "--set", "discriminator.optimizer.learningRate=1e-5",
            ])
        let summary = process.standardOutput
        #expect(
            summary.contains(/Stopped at step [2-9]\d\d after .+: collapsed, and output.stopWhen is collapsed\./),
            "\(process)"
        )
        #expect(
            summary.contains(
                /health       collapsed since step \d+: .+; try generator.optimizer.learningRate below 0.1/))
        #expect(summary.contains("--resume --stop-when never\n"), "\(summary)")
        #expect(try run.verdicts().last == .collapsed)
        for text in [process.standardError, run.log] {
            #expect(text.matches(of: /warning: health: collapsed since step \d+/).count == 1, "\(text)")
            #expect(text.contains("stopping: collapsed, and output.stopWhen is collapsed"), "\(text)")
        }
        // Its state is kept, and it goes on.
        let step = run.newestStep
        #expect(step > 0 && step < 2000)
        try sandbox.complete(
            ["train", "--run", run.path, "--resume", "--stop-when", "never", "--steps", "\(step + 20)"])
        #expect(run.newestStep == step + 20)
    }

    /// A critic whose slope nothing bounds.
    @Test func aRunThatDivergesIsSaid() throws {
        let process = try sandbox.complete(
            ["train", "--run", run.path, "--steps", "200", "--sample-every", "0"] + small + [
                "--set", "loss.kind=wasserstein", "--set", "loss.r1=1e-6", "--set", "discriminator.norm=none", "--set",
                "discriminator.optimizer.learningRate=0.01",
            ])
        #expect(try run.verdicts() == [.diverging])
        #expect(process.standardError.contains("or loss.gradientPenalty=10"), "\(process)")
        #expect(process.standardOutput.contains("health       diverging since step 1: "), "\(process)")
    }

    struct Well: Sendable {
        var steps = 400
        var settings: [String]
    }

    @Test(arguments: [
        Well(settings: []),
        Well(settings: ["loss.kind=least-squares"]),
        Well(settings: ["loss.kind=hinge"]),
        Well(settings: ["loss.kind=wasserstein", "loss.gradientPenalty=10", "discriminator.norm=none"]),
        Well(settings: ["loss.relativistic=true", "loss.r1=1", "loss.r2=1", "discriminator.norm=none"]),
    ])
    func ofOneThatIsWellNothingIsSaid(_ well: Well) throws {
        let process = try sandbox.complete(
            ["train", "--run", run.path, "--steps", "\(well.steps)"] + small + well.settings.flatMap { ["--set", $0] })
        #expect(try run.verdicts() == [.healthy], "\(process)")
        #expect(!process.standardError.contains("health"), "\(process)")
        #expect(process.standardOutput.contains("  health       healthy\n"), "\(process)")
    }

    @Test func withoutGridsNoCollapseCanBeSeen() throws {
        try Refusal(
            "no grids", ["train", "--run", run.path, "--stop-when", "collapsed", "--sample-every", "0"], 64,
            "--stop-when (output.stopWhen): ", "--set output.sampleEvery=100"
        ).check(in: sandbox)
    }
}
