import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// A run's directory belongs to one writer, is never mixed with another run, and always has a good checkpoint.
final class RunDirectoryTests {
    private let path = temporaryPath()
    private let configuration = Configuration(preset: .ring2D)

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @Test func aNewRunHasItsLayout() throws {
        let run = try RunDirectory.create(at: path + "/nested/run/", configuration: configuration)
        #expect(run.path == path + "/nested/run")
        #expect(try run.configuration() == configuration)
        #expect(run.samplePath(step: 500).hasSuffix("/samples/step-000500.png"))
        #expect(run.checkpointPath(step: 1_234_567).hasSuffix("/checkpoints/step-1234567.safetensors"))
        let names = try FileManager.default.contentsOfDirectory(atPath: run.path).sorted()
        #expect(names == [".lock", "checkpoints", "config.yaml", "samples"])
    }

    @Test func anotherRunIsNotOverwritten() throws {
        _ = try RunDirectory.create(at: path, configuration: configuration)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).contains(".lock") == false)
        let error = #expect(throws: RunError.self) {
            _ = try RunDirectory.create(at: self.path, configuration: self.configuration)
        }
        #expect(error?.exitCode == 73)
        #expect(error?.description.contains("--resume") == true)
    }

    @Test func foreignFilesAreLeftAlone() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write("", to: path + "/letter.txt")
        let error = #expect(throws: RunError.self) {
            _ = try RunDirectory.create(at: self.path, configuration: self.configuration)
        }
        #expect(error?.description.contains("got 'letter.txt'") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["letter.txt"])
        let file = path + "/letter.txt"
        #expect(throws: RunError.self) { try RunDirectory.checkFree(file) }
        #expect(throws: RunError.self) {
            _ = try RunDirectory.create(at: file + "/run", configuration: self.configuration)
        }
    }

    @Test func aRunThatCouldNotBeginLeavesNoTrace() throws {
        let manager = FileManager.default
        try RunDirectory.create(at: path, configuration: configuration).discard()
        #expect(!manager.fileExists(atPath: path))
        // A folder that was there stays, as does what others have put into it.
        try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        let run = try RunDirectory.create(at: path, configuration: configuration)
        try write("", to: run.samplesPath + "/letter.txt")
        run.discard()
        #expect(try manager.contentsOfDirectory(atPath: path) == ["samples"])
        try manager.removeItem(atPath: run.samplesPath)
        #expect(throws: Never.self) { _ = try RunDirectory.create(at: self.path, configuration: self.configuration) }
    }

    @Test func aSecondCoordinatorIsRefused() throws {
        var run: RunDirectory? = try RunDirectory.create(at: path, configuration: configuration)
        let error = #expect(throws: RunError.self) { _ = try RunDirectory.resume(at: self.path) }
        #expect(error?.exitCode == 73)
        #expect(error?.description.contains("(process \(getpid()))") == true)
        #expect(run != nil)
        // Readers need no lock.
        _ = try RunDirectory.open(at: path)
        run = nil
        _ = try RunDirectory.resume(at: path)
    }

    @Test func whatIsNoRunIsNotResumed() throws {
        let missing = #expect(throws: RunError.self) { _ = try RunDirectory.resume(at: self.path) }
        #expect(missing?.exitCode == 66)
        let other = #expect(throws: RunError.self) { _ = try RunDirectory.resume(at: "/usr") }
        #expect(other?.description.contains("is no run directory") == true)
    }

    @Test func unfinishedFilesGoOnResume() throws {
        var run: RunDirectory? = try RunDirectory.create(at: path, configuration: configuration)
        try run?.save(CheckpointTests.example(step: 1), keep: 0)
        run = nil
        let leftover = path + "/checkpoints/.step-000002.safetensors.1-x.incomplete"
        try write("half", to: leftover)
        let resumed = try RunDirectory.resume(at: path)
        #expect(!FileManager.default.fileExists(atPath: leftover))
        #expect(try resumed.checkpoints().map(\.step) == [1])
    }

    @Test func theNewestCheckpointsStay() throws {
        let run = try RunDirectory.create(at: path, configuration: configuration)
        for step in [1, 2, 3, 4, 5] as [UInt64] { try run.save(CheckpointTests.example(step: step), keep: 2) }
        #expect(try run.checkpoints().map(\.step) == [4, 5])
        for step in [6, 7] as [UInt64] { try run.save(CheckpointTests.example(step: step), keep: 0) }
        #expect(try run.checkpoints().map(\.step) == [4, 5, 6, 7])
        // Files that are no checkpoints are not taken for some.
        for name in ["step-8.safetensors", "step-00000x.safetensors", "x.safetensors", "step-000009.png"] {
            try write("", to: run.checkpointsPath + "/" + name)
        }
        #expect(try run.checkpoints().map(\.step) == [4, 5, 6, 7])
    }

    @Test func aBadCheckpointIsNamedAndTheOneBeforeIsTaken() throws {
        let run = try RunDirectory.create(at: path, configuration: configuration)
        #expect(try run.newestGoodCheckpoint(bad: { _ in }) == nil)
        for step in [10, 20, 30] as [UInt64] { try run.save(CheckpointTests.example(step: step), keep: 0) }
        try truncate(run.checkpointPath(step: 30))
        try flip(run.checkpointPath(step: 20))
        var bad: [RunError] = []
        let good = try run.newestGoodCheckpoint(bad: { bad.append($0) })
        #expect(good?.file.step == 10)
        #expect(good?.checkpoint.step == 10)
        #expect(bad.map { $0.description.contains("step-000030") } == [true, false])
        #expect(bad.map { $0.description.contains("step-000020") } == [false, true])
        // Saving with `keep` never gives up the good one for the bad ones.
        try run.save(CheckpointTests.example(step: 15), keep: 1)
        #expect(try run.newestGoodCheckpoint(bad: { _ in })?.file.step == 15)
        // All bad: refused.
        try flip(run.checkpointPath(step: 15))
        let error = #expect(throws: RunError.self) { _ = try run.newestGoodCheckpoint(bad: { _ in }) }
        #expect(error?.exitCode == 65)
    }

    @Test func aRenamedCheckpointIsNotTaken() throws {
        let run = try RunDirectory.create(at: path, configuration: configuration)
        try run.save(CheckpointTests.example(step: 10), keep: 0)
        try FileManager.default.moveItem(atPath: run.checkpointPath(step: 10), toPath: run.checkpointPath(step: 11))
        let error = #expect(throws: RunError.self) { _ = try run.newestGoodCheckpoint(bad: { _ in }) }
        #expect(error?.description.contains("expected 11, got 10") == true)
    }

    private func truncate(_ path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        try data.prefix(data.count / 2).write(to: URL(fileURLWithPath: path))
    }

    private func flip(_ path: String) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        data[data.count - 3] ^= 1
        try data.write(to: URL(fileURLWithPath: path))
    }
}
