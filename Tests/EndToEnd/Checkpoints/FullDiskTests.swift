import Foundation
import Testing

/// A disk that is full at a checkpoint costs that checkpoint and a warning, never the run or an older checkpoint.
@Suite(.enabled(if: SmallDisk.obstacle == nil, "no small disk can be mounted: \(SmallDisk.obstacle ?? "")"))
struct FullDiskTests {
    /// Many steps: the run must not be over before its disk is full.
    private let task = TrainingTask(preset: "lenet-28", steps: 300)

    /// A file fills the disk after the first checkpoints and goes when the run has complained.
    @Test func theRunGoesOnAndEndsWithTheSameBits() throws {
        let sandbox = try Sandbox()
        let disk = try SmallDisk(in: sandbox, size: 256 << 20)
        let run = RunFolder("disk/run", in: sandbox)
        let kept = sandbox.run("kept")
        let log = sandbox.file("logs/0.err")
        let process = try start(
            in: sandbox, on: disk, run, keeping: kept,
            whenFull: """
                \(Self.waiting) grep -q 'warning: .*no space left' '\(log)'
                cp -r '\(run.path)' '\(sandbox.file("full"))'
                rm '\(disk.path)/filler'
                """)
        #expect(try process.wait() == .status(0), "\(process)")
        #expect(process.standardError.contains("the run goes on"), "\(process)")
        // While the disk was full, the checkpoint of before was good; nothing unfinished stayed.
        let full = sandbox.run("full")
        #expect(try full.newestCheckpoint().step >= 10)
        #expect(full.unfinishedFiles.isEmpty)
        #expect(kept.unfinishedFiles.isEmpty)
        #expect(try kept.metricsSteps() == Array(1...task.steps))
        #expect(try kept.stateSHA256(afterStep: task.steps) == QuietRuns.shared.stateSHA256(of: task))
    }

    /// Where the disk stays full, the end of the run is lost, and that is an error; a later `--resume` gets it again.
    @Test func aLastCheckpointThatCannotBeWrittenIsAnError() throws {
        let sandbox = try Sandbox()
        let disk = try SmallDisk(in: sandbox, size: 256 << 20)
        let run = RunFolder("disk/run", in: sandbox)
        let kept = sandbox.run("kept")
        let process = try start(in: sandbox, on: disk, run, keeping: kept)
        #expect(try process.wait() == .status(73), "\(process)")
        let last = process.standardError.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("ganglion: error: \(run.path)/"), "\(process)")
        #expect(last.contains("no space left") && last.contains("--resume"), "\(process)")
        let newest = try kept.newestCheckpoint().step
        // What is lost, and the space that a checkpoint takes: three float32 for each parameter, four for the generator's.
        #expect(last.contains("the steps \(newest + 1) to \(task.steps) are lost"), "\(process)")
        #expect(last.firstMatch(of: /it needs [0-9.]+ MB, [0-9.]+ (bytes|kB|MB) are free/) != nil, "\(process)")
        #expect(newest >= 10 && newest < task.steps)
        try sandbox.complete(["train", "--run", kept.path, "--resume"])
        #expect(try kept.stateSHA256(afterStep: task.steps) == QuietRuns.shared.stateSHA256(of: task))
        #expect(try kept.metricsSteps() == Array(1...task.steps))
    }

    /// Trains on the small disk, which a file fills when the second checkpoint is there; then `whenFull` is done, the end is
    /// awaited, and the run is copied to `kept`, for the disk goes with the process.
    private func start(
        in sandbox: Sandbox, on disk: SmallDisk, _ run: RunFolder, keeping kept: RunFolder, whenFull: String = ""
    ) throws -> GanglionProcess {
        try sandbox.start(
            ["train", "--workers", "2"] + task.arguments(run, checkpointEvery: 5),
            launcher: disk.launcher(
                """
                "$@" &
                training=$!
                # Of step 10 or later: older ones are removed.
                \(Self.waiting) sh -c 'test $(ls "$0"/checkpoints/step-*.safetensors | wc -l) -ge 2' '\(run.path)'
                # No step is done meanwhile: it takes its time on a busy machine.
                kill -STOP $training
                head -c 1G /dev/zero >'\(disk.path)/filler' 2>'\(disk.path)/../filled'
                kill -CONT $training
                \(whenFull)
                wait $training
                status=$?
                cp -r '\(run.path)' '\(kept.path)'
                exit $status
                """) + ["sh"])
    }

    /// Begins a command that is repeated until it succeeds, or the training has ended.
    private static let waiting =
        "until_true() { until \"$@\"; do kill -0 $training 2>/dev/null || break; sleep 0.01; done; }; until_true"
}
