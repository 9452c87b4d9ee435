import Foundation
import Testing

/// However a launch over ssh ends, and whenever: no process, key or socket stays here or on a host. What breaks in the middle is
/// made again.
@Suite(
    .enabled(
        if: SecureShellServer.isAllowed,
        "needs openssh-server, openssh-client, and root with an account that is not locked"))
struct LauncherEndTests {
    private let pad: Launchpad

    init() throws { pad = try Launchpad() }

    /// How far the launcher is when it is ended.
    enum Moment: CaseIterable, Sendable {
        case folder, coordinatorKey, lastKey, keyOnHost, training

        func hasCome(_ pad: Launchpad) -> Bool {
            switch self {
            case .folder: pad.has("", in: "here")
            case .coordinatorKey: pad.has("coordinator.key", in: "here")
            case .lastKey: pad.has("node-1.key", in: "here")
            case .keyOnHost: pad.has("node.key", in: "host")
            case .training: pad.sandbox.run("run").hasReached(10)
            }
        }
    }

    /// SIGKILL and SIGHUP reach all its processes, as from a terminal; SIGTERM the launcher alone.
    @Test(arguments: Moment.allCases, [SIGKILL, SIGHUP, SIGTERM])
    func ends(at moment: Moment, by signal: Int32) throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let launcher = try pad.overSSH("node-a 1\nnode-b 1\n", ssh: server.command, steps: Launchpad.endless)
        try launcher.wait(until: "\(moment)") { moment.hasCome(pad) }
        if signal == SIGTERM { launcher.send(signal) } else { launcher.sendToGroup(signal) }
        _ = try launcher.wait()
        pad.expectNothingLeft()
    }

    @Test("Ctrl-C ends it with a checkpoint") func interrupted() throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let launcher = try pad.overSSH("node-a 1\n", ssh: server.command, steps: Launchpad.endless)
        let run = pad.sandbox.run("run")
        try launcher.wait(until: "step 10") { run.hasReached(10) }
        launcher.sendToGroup(SIGINT)
        #expect(try launcher.wait() == .status(130), "\(launcher)")
        #expect(try run.newestCheckpoint().step >= 10)
        pad.expectNothingLeft()
    }

    @Test("an ssh that breaks is made again, and the run goes on") func connectionBreaks() throws {
        let server = try SecureShellServer(in: pad.sandbox)
        let launcher = try pad.overSSH("node-a 1\n", ssh: server.command, steps: Launchpad.endless)
        try launcher.wait(until: "step 10") { pad.sandbox.run("run").hasReached(10) }
        let clients = ProcessTable.running(with: "TMPDIR=\(pad.temporaryFolder)").filter {
            ProcessTable.name(of: $0) == "ssh"
        }
        #expect(clients.count == 1)
        for client in clients { kill(client, SIGKILL) }
        try launcher.wait(until: "its second worker") { joins(launcher) > 1 }
        #expect(launcher.standardError.contains("node-a: "), "\(launcher)")
        #expect(launcher.standardError.contains("; trying again"), "\(launcher)")
        launcher.send(SIGTERM)
        #expect(try launcher.wait() == .status(0), "\(launcher)")
        pad.expectNothingLeft()
    }

    /// - Parameters:
    ///   - seconds: how long the link is down.
    ///   - options: of ssh, so that it notices sooner.
    private func cut(seconds: UInt32, options: String) throws {
        let network = try NetworkPair()
        let server = try SecureShellServer(in: pad.sandbox, network: network)
        let launcher = try pad.overSSH(
            "node-a 1\n", ssh: server.command + options, steps: Launchpad.endless, launcher: network.launcher(.left))
        try launcher.wait(until: "step 10") { pad.sandbox.run("run").hasReached(10) }
        try network.setLink(up: false)
        try launcher.wait(until: "word of the broken connection") {
            launcher.standardError.contains("node-a: ssh ended (255")
        }
        sleep(seconds)
        let before = joins(launcher)
        try network.setLink(up: true)
        try launcher.wait(until: "another worker") { joins(launcher) > before }
        let step = Int(try pad.sandbox.run("run").newestCheckpoint().step)
        try launcher.wait(until: "ten steps more") { pad.sandbox.run("run").hasReached((step / 10 + 1) * 10) }
        launcher.send(SIGTERM)
        #expect(try launcher.wait() == .status(0), "\(launcher)")
        pad.expectNothingLeft()
    }

    @Test(.needsNetworkNamespaces) func linkIsDown() throws {
        try cut(seconds: 1, options: " -o ServerAliveInterval=1 -o ConnectTimeout=2")
    }

    @Test(.needsNetworkNamespaces, .long) func linkIsDownForAMinute() throws {
        try cut(seconds: 30, options: "")
    }

    private func joins(_ launcher: GanglionProcess) -> Int {
        launcher.standardError.components(separatedBy: " joined (").count - 1
    }
}
