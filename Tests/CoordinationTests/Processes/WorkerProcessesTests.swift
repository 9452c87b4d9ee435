import Coordination
import Foundation
import TestSupport
import Testing

/// Local worker processes: started anew when they die, ended together, gone when their launcher is.
@Suite(.serialized) struct WorkerProcessesTests {
    private final class Lines: @unchecked Sendable {  // the lines are behind the lock
        private let lock = NSLock()
        private var lines: [String] = []
        func add(_ line: String) { lock.withLock { lines.append(line) } }
        var all: [String] { lock.withLock { lines } }
    }

    private func eventually(_ condition: () -> Bool) -> Bool {
        let limit = ContinuousClock.now + .seconds(patience)
        while ContinuousClock.now < limit {
            if condition() { return true }
            usleep(5000)
        }
        return false
    }

    private func shell(
        _ script: String, count: Int, report: Lines, earlyExitAge: Double = 2
    ) throws -> WorkerProcesses {
        var options = WorkerProcesses.Options(executable: "/bin/sh", count: count) { worker in
            ["-c", script, "worker", String(worker)]
        }
        options.pause = 0.01
        options.restarts = 2
        options.earlyExitAge = earlyExitAge
        return try WorkerProcesses(options: options) {
            report.add($0)
        } whenNoneIsLeft: {
            report.add($0)
        }
    }

    @Test func aKilledWorkerIsStartedAgainAndAllEndTogether() throws {
        let lines = Lines()
        let workers = try shell("exec sleep 100", count: 3, report: lines)
        let before = workers.identifiers
        #expect(before.count == 3)
        kill(before[1], SIGKILL)
        #expect(eventually { workers.identifiers.count == 3 && workers.identifiers != before })
        #expect(lines.all == ["worker process 1 died (signal 9); it is started again"])
        workers.end(grace: 5)
        #expect(workers.identifiers.isEmpty)
        for identifier in before { #expect(kill(identifier, 0) != 0) }
    }

    @Test func oneThatDiesAgainAndAgainIsGivenUp() throws {
        let lines = Lines()
        let workers = try shell("exit 3", count: 1, report: lines)
        #expect(eventually { lines.all.count == 4 })
        #expect(
            lines.all.suffix(2) == [
                "worker process 0 died again (exit status 3); it is not started any more",
                "all worker processes died, the last one with exit status 3, and were started again in vain",
            ])
        workers.end(grace: 1)
    }

    @Test func oneThatWorkedForAWhileIsStartedAgainHoweverOften() throws {
        let lines = Lines()
        let workers = try shell("sleep 0.1; exit 3", count: 1, report: lines, earlyExitAge: 0.05)
        #expect(eventually { lines.all.count >= 6 })
        #expect(lines.all.allSatisfy { $0 == "worker process 0 died (exit status 3); it is started again" })
        workers.end(grace: 1)
    }

    @Test func `workers that leave after one of them had died are not taken for dead`() throws {
        let (lines, folder) = (Lines(), try TemporaryFolder())
        let script = "if [ $1 = 1 ] && mkdir '\(folder.path)/died' 2>/dev/null; then exit 3; fi; exit 0"
        let workers = try shell(script, count: 2, report: lines)
        #expect(eventually { lines.all.count == 1 && workers.identifiers.isEmpty })
        // The supervisor looks twenty times a second.
        usleep(500_000)
        #expect(lines.all == ["worker process 1 died (exit status 3); it is started again"])
    }

    @Test func oneThatIsDoneIsNotStartedAgain() throws {
        let lines = Lines()
        let workers = try shell("exit 0", count: 2, report: lines)
        #expect(workers.waitForAll(seconds: patience))
        #expect(lines.all.isEmpty)
    }

    @Test func oneThatIgnoresSIGTERMIsKilled() throws {
        let lines = Lines()
        let workers = try shell("trap '' TERM; while :; do sleep 0.05; done", count: 1, report: lines)
        usleep(100_000)
        workers.end(grace: 0.2)
        #expect(workers.identifiers.isEmpty)
    }

    @Test func theLifelineEndsWithItsHolder() throws {
        // `read` returns when the last writer, this process, has closed the pipe.
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let ended = Lines()
        Lifeline.watch(ends[0]) { ended.add("ended") }
        usleep(50_000)
        #expect(ended.all.isEmpty)
        close(ends[1])
        #expect(eventually { ended.all == ["ended"] })
    }

    @Test func aWorkerFindsItsLifeline() throws {
        let lines = Lines()
        // Reads the lifeline: it would end at once with status 0 if the descriptor were closed or at its end.
        let workers = try shell("read line <&3", count: 1, report: lines)
        usleep(200_000)
        #expect(workers.identifiers.count == 1)
        workers.end(grace: 1)
    }

    @Test func aProgramThatIsNotThere() {
        let options = WorkerProcesses.Options(executable: "/nowhere/ganglion", count: 1) { _ in [] }
        let error = #expect(throws: CoordinationError.self) { try WorkerProcesses(options: options) { _ in } }
        #expect(error?.description.contains("/nowhere/ganglion") == true)
    }
}
