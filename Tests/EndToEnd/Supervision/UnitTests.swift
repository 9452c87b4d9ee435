import Foundation
import Testing

/// The units in `deploy/systemd`, run as systemd runs them: their command lines, with the environment that their comments show.
@Suite struct UnitTests {
    private static let folder = SourceTree.path + "/deploy/systemd"
    private let sandbox: Sandbox
    private let coordinatorUnit: Unit
    private let workerUnit: Unit
    private let port: UInt16
    /// In the place of `/etc/ganglion` and `/var/lib/ganglion`.
    private let etc: String
    private let state: String

    init() throws {
        sandbox = try Sandbox()
        etc = try sandbox.folder("etc")
        state = try sandbox.folder("state")
        port = try TCPSocket.freePortPair()
        coordinatorUnit = try Unit("\(Self.folder)/ganglion-coordinator.service")
        workerUnit = try Unit("\(Self.folder)/ganglion-worker.service")
        for name in ["coordinator", "node"] { try sandbox.complete(["keys", "new", "--out", etc, name]) }
        try FileManager.default.copyItem(atPath: "\(etc)/node.pub", toPath: "\(etc)/allowed")
        try configure(steps: 20)
    }

    private func configure(steps: Int) throws {
        let shown = try sandbox.complete(
            [
                "config", "show", "--preset", "ring-2d", "--set", "steps=\(steps)", "--set",
                "output.checkpointEvery=10", "--set", "output.sampleEvery=0",
            ])
        _ = try sandbox.file("etc/run.yaml", holding: Array(shown.standardOutput.utf8))
    }

    private func start(_ unit: Unit, _ environment: [String: String] = [:]) throws -> GanglionProcess {
        let words = unit.command.map {
            $0.replacingOccurrences(of: "/etc/ganglion", with: etc)
                .replacingOccurrences(of: "tcp://0.0.0.0:7700", with: "tcp://127.0.0.1:\(port)")
                .replacingOccurrences(of: "exec ganglion ", with: "exec '\(GanglionProcess.executable)' ")
        }
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        // In its WorkingDirectory; the program's name behind the words is the inner shell's $0.
        return try sandbox.start(
            [], launcher: ["/usr/bin/env"] + variables + ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", state] + words)
    }

    /// The environment file that the worker's unit shows, with this test's address.
    private var environment: [String: String] {
        workerUnit.environment.merging(["COORDINATOR": "tcp://127.0.0.1:\(port)", "DATA": "ring-2d"]) { $1 }
    }

    @Test("the environment file of the comment is what systemd takes it for: no comment becomes part of a value")
    func environmentFile() {
        #expect(
            workerUnit.environment == ["COORDINATOR": "tcp://HOST:7700", "DATA": "mnist:/srv/mnist", "THREADS": "8"])
    }

    @Test("coordinator and worker of the units find each other, train, and stay finished", arguments: [true, false])
    func trains(isBare: Bool) throws {
        let worker = try start(workerUnit, isBare ? ["COORDINATOR": environment["COORDINATOR"]!] : environment)
        let first = try start(coordinatorUnit)
        #expect(try first.wait() == .status(0), "\(first)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        // The service that is started once more, as after a reboot, finds its run complete.
        let second = try start(coordinatorUnit)
        #expect(try second.wait() == .status(0), "\(second)")
        #expect(second.standardOutput.contains("is finished"), "\(second)")
        #expect(!coordinatorUnit.restarts(after: .status(0)))
    }

    /// A service as systemd keeps it: started again as its unit says, at once.
    private func comeBack(_ unit: Unit, after process: GanglionProcess, _ environment: [String: String] = [:]) throws
        -> GanglionProcess
    {
        let end = try process.wait()
        try #require(unit.restarts(after: end), "stays down after \(end): \(process)")
        return try start(unit, environment)
    }

    @Test(
        "a fleet comes back after all that it should: deaths, a finished run, another run, data that is mounted later")
    func comesBack() throws {
        try configure(steps: Launchpad.endless)
        var coordinator = try start(coordinatorUnit)
        // Its data set is not there yet.
        let data = sandbox.file("digits")
        var worker = try start(workerUnit, environment.merging(["DATA": "mnist:\(data)"]) { $1 })
        #expect(try worker.wait() == .status(65), "\(worker)")
        worker = try comeBack(workerUnit, after: worker, environment)
        try coordinator.wait(until: "step 10") { sandbox.run("state/run").hasReached(10) }

        // The worker dies; the coordinator dies without a goodbye, and goes on with its run.
        worker.send(SIGKILL)
        worker = try comeBack(workerUnit, after: worker, environment)
        coordinator.kill()
        coordinator = try comeBack(coordinatorUnit, after: coordinator)
        try coordinator.wait(until: "another worker") { coordinator.standardError.contains(" joined (") }
        #expect(coordinator.standardError.contains("going on from step"), "\(coordinator)")

        // It dies again, and another run begins at its address.
        coordinator.kill()
        try FileManager.default.moveItem(atPath: "\(state)/run", toPath: "\(state)/former")
        try configure(steps: 20)
        coordinator = try start(coordinatorUnit)
        // The worker joins it, or is started again and does.
        while try waitFor("an end", answer: { coordinator.poll() ?? worker.poll() }) != coordinator.poll() {
            worker = try comeBack(workerUnit, after: worker, environment)
        }
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        worker = try comeBack(workerUnit, after: worker, environment)

        // And the next one, where the former is finished.
        try FileManager.default.moveItem(atPath: "\(state)/run", toPath: "\(state)/second")
        coordinator = try start(coordinatorUnit)
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
    }

    @Test("what only an edit mends is not tried again")
    func staysDown() throws {
        for wrong in [["THREADS": "many"], ["COORDINATOR": ""], ["DATA": "mnist:"]] {
            let worker = try start(workerUnit, environment.merging(wrong) { $1 })
            let end = try worker.wait()
            #expect(!workerUnit.restarts(after: end), "\(end): \(worker)")
        }
        _ = try sandbox.file("etc/run.yaml", holding: Array("preset: [".utf8))
        let coordinator = try start(coordinatorUnit)
        let end = try coordinator.wait()
        #expect(!coordinatorUnit.restarts(after: end), "\(end): \(coordinator)")
    }

    @Test("exit codes by sysexits.h: what may pass is tried again") func restarts() {
        for code: Int32 in [69, 70, 71, 74, 75, 76] {
            #expect(coordinatorUnit.restarts(after: .status(code)))
        }
        for code: Int32 in [0, 65, 66, 69, 70, 71, 73, 74, 75, 76, 77, 130] {
            #expect(workerUnit.restarts(after: .status(code)))
        }
        for unit in [coordinatorUnit, workerUnit] {
            for signal in [SIGKILL, SIGABRT, SIGSEGV, SIGILL] { #expect(unit.restarts(after: .signal(signal))) }
            // Five starts within ten seconds are the last.
            #expect((Double(unit.value("RestartSec")) ?? 0) * 5 > 10)
        }
    }
}

/// A unit file, read by the rules of systemd.syntax(7) and systemd.service(5) as far as these units use them.
private struct Unit {
    private let settings: [String: String]
    /// `NAME=VALUE` lines of the comments: what the environment file holds.
    let environment: [String: String]

    init(_ path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var settings: [String: String] = [:]
        var environment: [String: String] = [:]
        // A backslash at a line's end joins it with the next one, by a blank.
        for line in text.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let value = String(line[line.index(after: equals)...])
            if !line.hasPrefix("#") {
                settings[String(line[..<equals])] = value
                continue
            }
            let name = line[..<equals].drop { "# ".contains($0) }
            if line.hasPrefix("#   "), name.allSatisfy(\.isUppercase) { environment[String(name)] = value }
        }
        self.settings = settings
        self.environment = environment
    }

    func value(_ name: String) -> String { settings[name] ?? "" }

    /// Whether systemd starts the service again after such an end, by the table in systemd.service(5).
    func restarts(after end: GanglionProcess.Exit) -> Bool {
        let final = value("RestartPreventExitStatus").split(separator: " ").compactMap { Int32($0) }
        let isClean: Bool
        switch end {
        case .status(let code):
            if final.contains(code) { return false }
            isClean = code == 0
        case .signal(let signal): isClean = [SIGHUP, SIGINT, SIGTERM, SIGPIPE].contains(signal)
        }
        return value("Restart") == "always" || value("Restart") == "on-failure" && !isClean
    }

    /// The words of `ExecStart`: blanks part them outside single quotes, and `$$` is a dollar sign.
    var command: [String] {
        var words: [String] = []
        for (index, part) in value("ExecStart").components(separatedBy: "'").enumerated() {
            if index % 2 == 1 {
                words.append(part.replacingOccurrences(of: "$$", with: "$"))
            } else {
                words += part.split(separator: " ").map(String.init)
            }
        }
        return words
    }
}
