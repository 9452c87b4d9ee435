import Foundation
import Testing

/// `scripts/launch-ssh` over an sshd of its own: what it connects, and in which words it says why it cannot.
@Suite(
    .enabled(
        if: SecureShellServer.isAllowed,
        "needs openssh-server, openssh-client, and root with an account that is not locked"))
struct LauncherTests {
    private let pad: Launchpad

    init() throws { pad = try Launchpad() }

    /// Trains to the end, with the bits of a run by one worker, and leaves nothing.
    private func expectTraining(
        _ launcher: GanglionProcess, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try launcher.wait() == .status(0), "\(launcher)", sourceLocation: sourceLocation)
        let state = try pad.sandbox.run("run").stateSHA256(afterStep: pad.task.steps)
        #expect(try state == QuietRuns.shared.stateSHA256(of: pad.task), sourceLocation: sourceLocation)
        pad.expectNothingLeft(sourceLocation: sourceLocation)
    }

    @Test("a file of hosts as an editor on Windows leaves it, and a login shell that prints and reads")
    func trains() throws {
        let server = try SecureShellServer(in: pad.sandbox, startUpFile: "echo hello\nread -r answer\n")
        let hosts = "\u{FEFF}# two hosts\r\n\r\nnode-a\t1\r\nnode-b, slots=2 # cores\r\n"
        try expectTraining(try pad.overSSH(hosts, ssh: server.command))
    }

    @Test("a session's settings in the user's configuration, as two hosts may have them, are no obstacle")
    func userConfiguration() throws {
        let port = try TCPSocket.freePortPair()
        let server = try SecureShellServer(
            in: pad.sandbox, clientOptions: "LocalForward \(port) 127.0.0.1:1\nRemoteCommand ls\nRequestTTY force")
        try expectTraining(try pad.overSSH("node-a 1\nnode-b 1\n", ssh: server.command))
    }

    @Test(
        "this machine among its own hosts, by several names",
        arguments: [[], ["--direct", "127.0.0.1"], ["--direct=::1"], ["--direct", "localhost"]])
    func ownMachine(direct: [String]) throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let port = try TCPSocket.freePortPair()
        let options = direct.isEmpty ? [] : direct + ["--port", "\(port)"]
        guard !direct.contains("--direct=::1") || Self.hasIPv6 else { return }
        let hosts = "localhost\n127.0.0.1 1\n\(ProcessInfo.processInfo.hostName) 1\nnode-a 1\n"
        try expectTraining(try pad.overSSH(hosts, ssh: server.command, options: options))
    }

    private static let hasIPv6 =
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?
        .contains("00000000000000000000000000000001") ?? false

    @Test("two launchers share a host, and the second of two on one port is told so")
    func sharedHost() throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let port = try TCPSocket.freePortPair()
        let first = try pad.overSSH("node-a 1\n", ssh: server.command, run: "first", steps: Launchpad.endless)
        let second = try pad.overSSH(
            "node-a 1\n", ssh: server.command, run: "second", steps: Launchpad.endless,
            options: ["--direct", "127.0.0.1", "--port", "\(port)"])
        let third = try pad.overSSH("node-a 1\n", ssh: server.command, run: "third", steps: Launchpad.endless)
        for (process, name) in [(first, "first"), (second, "second"), (third, "third")] {
            try process.wait(until: "step 10") { pad.sandbox.run(name).hasReached(10) }
        }
        let refused = try pad.overSSH(
            "node-a 1\n", ssh: server.command, run: "fourth",
            options: ["--direct", "127.0.0.1", "--port", "\(port - 1)"])
        #expect(try refused.wait() == .status(73), "\(refused)")
        #expect(refused.standardError.contains("port \(port) is taken here; use --port"), "\(refused)")
        for process in [first, second, third] { process.send(SIGTERM) }
        for process in [first, second, third] { #expect(try process.wait() == .status(0), "\(process)") }
        pad.expectNothingLeft()
    }

    // MARK: What is refused

    struct Shell: Sendable, CustomTestStringConvertible {
        var startUpFile: String
        var sentence: String
        var testDescription: String { startUpFile }
    }

    static let shells = [
        Shell(startUpFile: "echo not today; exit 0", sentence: "the login shell of node-a prints 'not today'"),
        Shell(startUpFile: "cat >/dev/null", sentence: "the login shell of node-a reads standard input, or runs no"),
        Shell(startUpFile: "exit 3", sentence: "runs no command (exit code 3)"),
    ]

    @Test("a login shell that runs no command is named with what it says", arguments: shells)
    func loginShell(shell: Shell) throws {
        let server = try SecureShellServer(in: pad.sandbox, startUpFile: "\(shell.startUpFile)\n")
        let launcher = try pad.overSSH("node-a 1\n", ssh: server.command)
        #expect(try launcher.wait() == .status(69), "\(launcher)")
        #expect(launcher.standardError.contains(shell.sentence), "\(launcher)")
        pad.expectNothingLeft()
    }

    @Test("where sshd forwards no local sockets, the launcher says so and ends")
    func noForwarding() throws {
        let server = try SecureShellServer(in: pad.sandbox, options: "AllowStreamLocalForwarding no")
        let launcher = try pad.overSSH("node-a 1\n", ssh: server.command)
        #expect(try launcher.wait() == .status(130), "\(launcher)")
        #expect(launcher.standardError.contains("node-a: sshd there does not forward local sockets"), "\(launcher)")
        #expect(launcher.standardError.contains("no host is left"), "\(launcher)")
        pad.expectNothingLeft()
    }

    /// A program for the host that prints another version, and is Ganglion else; its workers end with `workerCode` where there
    /// is one.
    private func remote(build: String, arithmetic: String, workerCode: Int? = nil) throws -> [String: String] {
        let script = """
            #!/bin/sh
            case $1 in
            --version) printf '%s\\n' '\(build)' 'arithmetic \(arithmetic)'; exit 0 ;;
            worker) \(workerCode.map { "exit \($0)" } ?? ":") ;;
            esac
            exec '\(GanglionProcess.executable)' "$@"

            """
        return ["GANGLION_REMOTE": try pad.sandbox.script("remote", script)]
    }

    private func ownBuild() throws -> String {
        let version = try pad.sandbox.complete(["--version"]).standardOutput
        return String(try #require(version.split(separator: "\n").first))
    }

    @Test("workers that cannot work end the launch, and the exit code says so")
    func noHostLeft() throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let launcher = try pad.overSSH(
            "node-a 1\nnode-b 2\n", ssh: server.command,
            environment: try remote(build: ownBuild(), arithmetic: "0", workerCode: 77))
        #expect(try launcher.wait() == .status(130), "\(launcher)")
        for name in ["node-a", "node-b"] {
            #expect(launcher.standardError.contains("\(name): its workers ended (77)"), "\(launcher)")
        }
        #expect(launcher.standardError.contains("no host is left"), "\(launcher)")
        pad.expectNothingLeft()
    }

    @Test("a host with another build is refused but for --allow-mixed")
    func otherBuild() throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let environment = try remote(build: "0.0.9 (build 0123456789abcdef)", arithmetic: "0")
        let refused = try pad.overSSH("node-a 1\n", ssh: server.command, environment: environment)
        #expect(try refused.wait() == .status(69), "\(refused)")
        for part in ["node-a: has Ganglion 0.0.9 (build 0123456789abcdef), and", try ownBuild(), "--allow-mixed"] {
            #expect(refused.standardError.contains(part), "\(refused)")
        }
        try expectTraining(
            try pad.overSSH("node-a 1\n", ssh: server.command, options: ["--allow-mixed"], environment: environment))
    }

    @Test("other arithmetic is for the coordinator to judge")
    func otherArithmetic() throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let environment = try remote(build: ownBuild(), arithmetic: "0123456789abcdef")
        try expectTraining(try pad.overSSH("node-a 1\n", ssh: server.command, environment: environment))
    }
}
