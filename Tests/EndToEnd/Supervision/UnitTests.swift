import Foundation
import Testing

/// The units in `deploy/systemd`, run as systemd runs them: their command lines, with the environment that their comments show.
@Suite struct UnitTests {
    private static let folder = SourceTree.path + "/deploy/systemd"

    @Test("coordinator and worker of the units find each other, train, and go on after a restart")
    func unitsTrainTogether() throws {
        let sandbox = try Sandbox()
        let etc = try sandbox.folder("etc")
        let state = try sandbox.folder("state")
        let port = try TCPSocket.freePortPair()
        for name in ["coordinator", "node"] { try sandbox.complete(["keys", "new", "--out", etc, name]) }
        try FileManager.default.copyItem(atPath: "\(etc)/node.pub", toPath: "\(etc)/allowed")
        let shown = try sandbox.complete(["config", "show", "--preset", "ring-2d", "--set", "steps=20"])
        _ = try sandbox.file("etc/run.yaml", holding: Array(shown.standardOutput.utf8))
        let coordinatorUnit = try Unit("\(Self.folder)/ganglion-coordinator.service")
        let workerUnit = try Unit("\(Self.folder)/ganglion-worker.service")
        #expect(workerUnit.environment.keys.sorted() == ["COORDINATOR", "DATA", "THREADS"])
        #expect(workerUnit.environment["COORDINATOR"] == "tcp://HOST:7700")
        #expect(workerUnit.environment["DATA"] == "mnist:/srv/mnist", "the value ends where the line does")
        var environment = workerUnit.environment
        environment["COORDINATOR"] = "tcp://127.0.0.1:\(port)"
        environment["DATA"] = "ring-2d"
        environment["THREADS"] = "2"
        func start(_ unit: Unit, _ environment: [String: String] = [:]) throws -> GanglionProcess {
            let words = unit.command.map {
                $0.replacingOccurrences(of: "/etc/ganglion", with: etc)
                    .replacingOccurrences(of: "tcp://0.0.0.0:7700", with: "tcp://127.0.0.1:\(port)")
                    .replacingOccurrences(
                        of: "exec ganglion ", with: "cd '\(state)'; exec '\(GanglionProcess.executable)' "
                    )
                    .replacingOccurrences(of: "[ -e run/", with: "[ -e '\(state)'/run/")
            }
            // The program's name behind it is the shell's $0.
            let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return try sandbox.start([], launcher: ["/usr/bin/env"] + variables + words)
        }
        let worker = try start(workerUnit, environment)
        let first = try start(coordinatorUnit)
        #expect(try first.wait() == .status(0), "\(first)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        // The service that is started once more finds its run complete.
        let second = try start(coordinatorUnit)
        #expect(try second.wait() == .status(0), "\(second)")
        #expect(second.standardError.contains("20") || second.standardOutput.contains("20"), "\(second)")
    }

    /// Exit codes by sysexits.h: 75 is worth another try, what a person has to mend is not.
    @Test func restarts() throws {
        for name in ["coordinator", "worker"] {
            let unit = try Unit("\(Self.folder)/ganglion-\(name).service")
            let final = Set(unit.value("RestartPreventExitStatus").split(separator: " ").compactMap { Int($0) })
            #expect(final.isSuperset(of: [64, 65, 66, 77, 78]), "\(name)")
            #expect(final.isDisjoint(with: [0, 69, 70, 71, 74, 75, 76]), "\(name)")
        }
        #expect(try Unit("\(Self.folder)/ganglion-worker.service").value("Restart") == "always")
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
