import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// Where the file system's locks do nothing, what stands in the lock file keeps a second coordinator out.
final class RunLockTests {
    private let path = temporaryPath()
    private var lockPath: String { path + "/.lock" }

    init() throws { _ = try RunDirectory.create(at: path, configuration: Configuration(preset: .ring2D)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Leaves the file as a coordinator that still holds it would, `age` seconds ago.
    private func leave(_ mark: ProcessMark, file: UInt64? = nil, age: Int = 0) throws {
        var text =
            "host \(mark.host)\nboot \(mark.boot)\nnamespace \(mark.namespace)\nprocess \(mark.process)\nstart \(mark.start)\n"
        if let file { text += "file \(file)\n" }
        try Data(text.utf8).write(to: URL(fileURLWithPath: lockPath))
        var times = [timeval(), timeval()]
        gettimeofday(&times[0], nil)
        times[0].tv_sec -= age
        times[1] = times[0]
        #expect(utimes(lockPath, times) == 0)
    }

    private var parent: ProcessMark {
        get throws {
            var mark = ProcessMark.current
            mark.process = getppid()
            let stat = String(
                decoding: try #require(FileManager.default.contents(atPath: "/proc/\(getppid())/stat")), as: UTF8.self)
            let fields = stat[stat.index(after: try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
            mark.start = String(fields[19])
            return mark
        }
    }

    private func refusal() -> RunError? {
        #expect(throws: RunError.self) { _ = try RunDirectory.resume(at: self.path) }
    }

    @Test func aLivingProcessOfThisMachineIsNamed() throws {
        try leave(parent)
        let error = refusal()
        #expect(error?.exitCode == 73)
        #expect(error?.description.contains("(process \(getppid()))") == true)
        #expect(error?.description.contains("remove \(lockPath)") == true)
        // Another process has its number by now.
        var later = try parent
        later.start = "1"
        try leave(later)
        _ = try RunDirectory.resume(at: path)
    }

    @Test func anotherMachineCountsForThreeMinutes() throws {
        var mark = ProcessMark.current
        (mark.host, mark.boot, mark.process) = ("node-b", "another-boot", 4711)
        try leave(mark, age: 60)
        let error = refusal()
        #expect(error?.exitCode == 73)
        #expect(error?.description.contains("process 4711 on node-b") == true)
        try leave(mark, age: 200)
        _ = try RunDirectory.resume(at: path)
    }

    @Test func aCopyOfARunIsFree() throws {
        try leave(parent, file: 1)
        _ = try RunDirectory.resume(at: path)
    }

    @Test func whoeverHasLostTheDirectoryIsTold() throws {
        let run = try RunDirectory.resume(at: path)
        try run.touchLock()
        #expect(unlink(lockPath) == 0)
        try run.touchLock()
        try leave(parent)
        let error = #expect(throws: RunError.self) { try run.touchLock() }
        #expect(error?.description.contains("has taken this run directory over") == true)
    }
}
