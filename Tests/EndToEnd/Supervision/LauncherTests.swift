import Foundation
import Testing

/// `scripts/launch-ssh` over an sshd of its own.
@Suite(
    .enabled(if: SecureShellServer.isAllowed, "needs openssh-server, openssh-client and root"))
struct LauncherTests {
    private static let script = SourceTree.path + "/scripts/launch-ssh"
    private let task = TrainingTask(preset: "ring-2d", steps: 200)

    private func launch(
        _ server: SecureShellServer, hosts: String, in sandbox: Sandbox, _ run: RunFolder, steps: Int? = nil
    ) throws -> GanglionProcess {
        let file = try sandbox.file("hosts", holding: Array(hosts.utf8))
        return try sandbox.startProgram(
            ["/bin/bash", Self.script, file] + task.arguments(run, checkpointEvery: 10, steps: steps),
            environment: [
                "GANGLION_SSH": server.command, "XDG_RUNTIME_DIR": "", "TMPDIR": try sandbox.folder("here"),
            ])
    }

    /// What launcher and workers have left in the folders for temporary files, here and on the host.
    private func remains(_ server: SecureShellServer, in sandbox: Sandbox) -> [String] {
        [sandbox.file("here"), server.hostFolder].flatMap {
            (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
        }
    }

    private func expectNothingLeft(_ server: SecureShellServer, in sandbox: Sandbox) throws {
        try waitFor("an end of \(remains(server, in: sandbox))", seconds: 20) {
            remains(server, in: sandbox).isEmpty ? true : nil
        }
    }

    @Test("a file of hosts as an editor on Windows leaves it, and a login shell that prints and reads")
    func trains() throws {
        let sandbox = try Sandbox()
        let server = try SecureShellServer(in: sandbox, startUpFile: "echo hello\nread -r answer\n")
        let run = sandbox.run("run")
        let launcher = try launch(
            server, hosts: "\u{FEFF}# two hosts\r\nnode-a\t1\r\nnode-b, slots=2 # cores\r\n", in: sandbox, run)
        #expect(try launcher.wait() == .status(0), "\(launcher)")
        #expect(try run.stateSHA256(afterStep: task.steps) == QuietRuns.shared.stateSHA256(of: task))
        try expectNothingLeft(server, in: sandbox)
    }

    @Test("an ssh that breaks is made again, and the run goes on")
    func connectionBreaks() throws {
        let sandbox = try Sandbox()
        let server = try SecureShellServer(in: sandbox)
        let run = sandbox.run("run")
        let launcher = try launch(server, hosts: "node-a 1\n", in: sandbox, run, steps: 1_000_000)
        try launcher.wait(until: "step 10") { run.hasReached(10) }
        let clients = descendants(of: launcher.identifier).filter { name(of: $0) == "ssh" }
        #expect(clients.count == 1)
        for client in clients { kill(client, SIGKILL) }
        try launcher.wait(until: "its second worker") {
            launcher.standardError.components(separatedBy: " joined (").count > 2
        }
        #expect(launcher.standardError.contains("node-a: "), "\(launcher)")
        #expect(launcher.standardError.contains("; trying again"), "\(launcher)")
        launcher.send(SIGTERM)
        _ = try launcher.wait(seconds: 20)
        try expectNothingLeft(server, in: sandbox)
    }

    @Test("nothing is left, here and on the hosts, however the launcher ends", arguments: [SIGKILL, SIGHUP, SIGTERM])
    func ends(signal: Int32) throws {
        let sandbox = try Sandbox()
        let server = try SecureShellServer(in: sandbox)
        let run = sandbox.run("run")
        let launcher = try launch(server, hosts: "node-a 1\nnode-b 1\n", in: sandbox, run, steps: 1_000_000)
        try launcher.wait(until: "both workers") { launcher.standardError.contains("(2 ready)") }
        launcher.sendToGroup(signal)
        _ = try launcher.wait(seconds: 20)
        try expectNothingLeft(server, in: sandbox)
    }

    @Test("a host whose login shell runs no command is named with what the shell says")
    func loginShell() throws {
        let sandbox = try Sandbox()
        let server = try SecureShellServer(in: sandbox, startUpFile: "echo not today; exit 0\n")
        let launcher = try launch(server, hosts: "node-a 1\n", in: sandbox, sandbox.run("run"))
        #expect(try launcher.wait(seconds: 20) == .status(69), "\(launcher)")
        #expect(launcher.standardError.contains("the login shell of node-a prints 'not today'"), "\(launcher)")
    }

    private func descendants(of process: pid_t) -> [pid_t] {
        let children = ProcessTable.children(of: process)
        return children + children.flatMap { descendants(of: $0) }
    }

    private func name(of process: pid_t) -> String {
        String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/comm") ?? Data(), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
