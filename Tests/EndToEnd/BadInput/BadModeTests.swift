import Foundation
import Testing

/// Files and folders that may not be read, searched or written: said as that (77), never as missing or broken ones.
@Suite(.enabled(if: OrdinaryUser.obstacle == nil, "nothing is forbidden here: \(OrdinaryUser.obstacle ?? "")"))
struct BadModeTests {
    private let sandbox: Sandbox
    private let run: RunFolder

    /// A run with the checkpoints of two steps.
    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("shelf/run")
        _ = try sandbox.folder("shelf")
        try sandbox.complete(
            [
                "train", "--preset", "ring-2d", "--set", "batch.shards=1", "--sample-every", "0", "--checkpoint-every",
                "1", "--steps", "2", "--run", run.path, "--set", "generator.optimizer.decay=constant", "--set",
                "discriminator.optimizer.decay=constant",
            ])
    }

    private func check(_ commands: [[String]], _ words: String...) throws {
        for arguments in commands {
            var refusal = Refusal(arguments.joined(separator: " "), arguments, 77)
            refusal.words = words
            try refusal.check(in: sandbox, launcher: OrdinaryUser.launcher)
        }
    }

    private var next: [String] { ["train", "--run", sandbox.file("next"), "--steps", "1"] }

    @Test func aFolderThatMayNotBeSearched() throws {
        chmod(sandbox.file("shelf"), 0o600)
        defer { chmod(sandbox.file("shelf"), 0o700) }
        let resumed = ["train", "--run", run.path, "--resume"]
        try check(
            [
                next + ["--from", run.path], next + ["--from", run.checkpoint(2)], resumed,
                ["coordinator", "--bind", "ipc://\(sandbox.file("s"))"] + resumed.dropFirst(),
                ["inspect", "--run", run.path], ["inspect", "--checkpoint", run.checkpoint(2)],
                ["evaluate", "--run", run.path], ["status", "--run", run.path],
                ["sample", "--run", run.path, "--out", sandbox.file("s.png")],
                next + ["--config", "\(run.path)/config.yaml"], next + ["--data", "images:\(run.path)"],
                next + ["--data", "mnist:\(run.path)"], ["data", "check", run.path],
                ["keys", "show", "\(run.path)/a.pub"],
            ], run.path, "ermission denied")
        try check(
            [
                ["keys", "new", "--out", "\(run.path)/keys", "a"],
                ["data", "fetch", "mnist", "--out", "\(run.path)/m"],
            ],
            run.path)
    }

    /// It is not bad, so the one before it is not taken in its place.
    @Test func aCheckpointThatMayNotBeRead() throws {
        let file = run.checkpoint(2)
        chmod(file, 0)
        defer { chmod(file, 0o600) }
        try check(
            [
                next + ["--from", run.path], next + ["--from", file],
                ["train", "--run", run.path, "--resume", "--steps", "2"], ["inspect", "--checkpoint", file],
                ["sample", "--run", run.path, "--out", sandbox.file("s.png")], ["evaluate", "--run", run.path],
            ], file, "permission denied", "mode")
        let report = try sandbox.complete(["inspect", "--run", run.path], launcher: OrdinaryUser.launcher)
        #expect(report.standardOutput.contains("may not be read: not used"), "\(report)")
    }

    @Test func aFileThatMayNotBeRead() throws {
        for (name, commands) in [
            ("config.yaml", [["train", "--run", run.path, "--resume"], ["inspect", "--run", run.path]]),
            ("metrics.jsonl", [["train", "--run", run.path, "--resume", "--steps", "3"]]),
        ] {
            chmod("\(run.path)/\(name)", 0)
            try check(commands, name, "mode")
            chmod("\(run.path)/\(name)", 0o600)
        }
        let path = try sandbox.file("c.yaml", holding: Array("steps: 5\n".utf8))
        chmod(path, 0)
        try check([next + ["--config", path]], path, "mode")
    }

    @Test func aFolderThatMayNotBeWritten() throws {
        chmod(sandbox.file("shelf"), 0o500)
        defer { chmod(sandbox.file("shelf"), 0o700) }
        for place in ["shelf/new", "shelf/new/run"] {
            try check([["train", "--preset", "ring-2d", "--run", sandbox.file(place)]], sandbox.file("shelf"), "--run")
        }
        let empty = try sandbox.folder("empty")
        chmod(empty, 0o500)
        try check([["train", "--preset", "ring-2d", "--run", empty]], empty, "--run")
    }
}
