import Foundation
import RunConfiguration
import Runs
import Testing

/// A coordinator is killed at one system call after another of a checkpoint's writing: opening, each write, sync, close,
/// rename, the folder's sync, the removal of an older one.
@Suite struct KilledWhileWritingTests {
    /// Two hundred calls are those of two or three checkpoints, one after another, with what lies between.
    private static let calls = 200
    private static let stride = LongTests.areWanted ? 1 : 5
    private static let steps = 800

    @Test(.enabled(if: SystemCallKill.obstacle == nil, "no process can be traced: \(SystemCallKill.obstacle ?? "")"))
    func thereIsAlwaysALoadableCheckpoint() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("killed")
        var step: UInt64 = 0
        var advances = 0
        for call in Swift.stride(from: 0, to: Self.calls, by: Self.stride) {
            let isFirst = !FileManager.default.fileExists(atPath: "\(run.path)/config.yaml")
            let arguments =
                isFirst ? self.arguments(run, checkpointEvery: 1) : ["train", "--run", run.path, "--resume"]
            try #require(
                try SystemCallKill.run(arguments, call: Int32(call), in: sandbox), "call \(call) was not reached")
            // Each that has its name is whole; none is lost.
            let directory = try RunDirectory.open(at: run.path)
            for file in try directory.checkpoints() {
                #expect(throws: Never.self, "call \(call)") { _ = try Checkpoint(contentsOf: file.path) }
            }
            let newest = try directory.newestGoodCheckpoint { Issue.record("call \(call): \($0)") }?.file.step ?? 0
            #expect(newest >= step, "call \(call)")
            if newest > step { advances += 1 }
            step = newest
        }
        // Some were killed before the new checkpoint had its name, some after.
        #expect(advances > 0 && advances < Self.calls / Self.stride)

        try sandbox.complete(["train", "--run", run.path, "--resume", "--checkpoint-every", "1000"])
        #expect(run.unfinishedFiles.isEmpty)
        let quiet = sandbox.run("quiet")
        try sandbox.complete(arguments(quiet, checkpointEvery: 1000))
        #expect(try run.stateSHA256(afterStep: Self.steps) == quiet.stateSHA256(afterStep: Self.steps))
        #expect(try run.metricsSteps() == Array(1...Self.steps))
    }

    private func arguments(_ run: RunFolder, checkpointEvery: Int) -> [String] {
        [
            "train", "--preset", "ring-2d", "--seed", "7", "--steps", "\(Self.steps)", "--run", run.path,
            "--sample-every",
            "0", "--checkpoint-every", "\(checkpointEvery)",
        ]
    }
}
