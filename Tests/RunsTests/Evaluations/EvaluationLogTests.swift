import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// `evaluations.jsonl`, and the checkpoint that is kept for it.
@Suite struct EvaluationLogTests {
    private let folder: TemporaryFolder
    private let run: RunDirectory

    init() throws {
        folder = try TemporaryFolder()
        run = try RunDirectory.create(at: folder.file("run"), configuration: Configuration(preset: .lenet28))
    }

    @Test func linesAreReadAndWhatIsNoneIsPassedOver() throws {
        let log = EvaluationLog(run)
        #expect(try log.entries().isEmpty && run.bestStep(by: .frechet) == nil)
        try log.append(#"{"step":100,"frechetDistance":12.5,"figures":{}}"#)
        try log.append(#"{"step":200,"modesCovered":8}"#)
        try log.append("no JSON")
        try log.append(#"{"step":300,"frechetDistance":7.25}"#)
        try log.append(#"{"step":400,"frechetDistance":9}"#)
        let handle = try #require(FileHandle(forWritingAtPath: log.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"step":500,"frechetDist"#.utf8))
        #expect(try log.entries().map(\.step) == [100, 200, 300, 400])
        #expect(run.bestStep(by: .frechet) == 300 && run.bestStep(by: .none) == nil)
    }

    @Test func theBestCheckpointIsNotRemoved() throws {
        for step in [1, 2, 3] as [UInt64] { try run.save(CheckpointTests.example(step: step), keep: 2) }
        try EvaluationLog(run).append(#"{"step":2,"frechetDistance":1}"#)
        for step in [4, 5, 6] as [UInt64] {
            try run.save(CheckpointTests.example(step: step), keep: 2, best: run.bestStep(by: .frechet))
        }
        #expect(try run.checkpoints().map(\.step) == [2, 5, 6])
    }
}
