import Foundation
import Testing

/// `scripts/launch-local`: a coordinator and workers that end together and leave nothing, wherever folders can be made.
@Suite struct LocalLauncherTests {
    private let pad: Launchpad

    init() throws { pad = try Launchpad() }

    private func expectTraining(_ launcher: GanglionProcess) throws {
        #expect(try launcher.wait() == .status(0), "\(launcher)")
        let state = try pad.sandbox.run("run").stateSHA256(afterStep: pad.task.steps)
        #expect(try state == QuietRuns.shared.stateSHA256(of: pad.task))
        pad.expectNothingLeft()
    }

    @Test func trains() throws { try expectTraining(try pad.start("launch-local", "2")) }

    @Test(arguments: [SIGKILL, SIGHUP, SIGTERM, SIGINT], [true, false])
    func ends(by signal: Int32, isTraining: Bool) throws {
        let launcher = try pad.start("launch-local", "2", steps: Launchpad.endless)
        try launcher.wait(until: "a start") {
            isTraining ? pad.sandbox.run("run").hasReached(10) : pad.has("", in: "here")
        }
        launcher.sendToGroup(signal)
        let end = try launcher.wait()
        if isTraining, signal != SIGKILL {
            #expect(end == .status(signal == SIGINT ? 130 : 0), "\(launcher)")
            #expect(try pad.sandbox.run("run").newestCheckpoint().step >= 10)
        }
        pad.expectNothingLeft()
    }

    /// A folder whose name alone makes a path of so many bytes.
    private func longFolder(bytes: Int) throws -> String {
        let name = String(repeating: "a", count: bytes - pad.sandbox.path.utf8.count - 1)
        return try pad.sandbox.folder(name)
    }

    @Test("a TMPDIR that is too long for a local socket's path is passed over", arguments: [90, 120])
    func longTemporaryFolder(bytes: Int) throws {
        let launcher = try pad.start(
            "launch-local", "1", environment: ["TMPDIR": try longFolder(bytes: bytes)])
        try expectTraining(launcher)
        let folder = try #require(launcher.standardError.firstMatch(of: /ipc:\/\/(\/tmp\/ganglion\.\w+)\/coordinator/))
            .1
        _ = try? waitFor("its end") { FileManager.default.fileExists(atPath: "\(folder)") ? nil : true }
        #expect(!FileManager.default.fileExists(atPath: "\(folder)"))
    }

    /// Words before a program, for which `/tmp` is read-only but for the sandbox.
    private static func readOnly(_ sandbox: Sandbox) -> [String] {
        let mounts = "mount --bind /tmp /tmp && mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro /tmp || exit 99"
        return ["unshare", "--mount", "sh", "-c", "\(mounts); exec \"$@\"", sandbox.path]
    }

    private static let mayMount: Bool = {
        guard let sandbox = try? Sandbox() else { return false }
        let process = try? sandbox.startProgram(["/bin/true"], launcher: readOnly(sandbox))
        return (try? process?.wait()) == .status(0)
    }()

    @Test(
        "with a /tmp that is read-only, TMPDIR or XDG_RUNTIME_DIR serve; without them it says what to set",
        .enabled(if: mayMount, "needs the right to mount (root)"))
    func readOnlyTemporaryFolder() throws {
        let readOnly = Self.readOnly(pad.sandbox)
        for variable in ["TMPDIR", "XDG_RUNTIME_DIR"] {
            let launcher = try pad.start(
                "launch-local", "1", run: variable,
                environment: ["TMPDIR": ""].merging([variable: pad.temporaryFolder]) { $1 }, launcher: readOnly)
            #expect(try launcher.wait() == .status(0), "\(launcher)")
            pad.expectNothingLeft()
        }
        let long = try longFolder(bytes: 90)
        let launcher = try pad.start("launch-local", "1", environment: ["TMPDIR": long], launcher: readOnly)
        #expect(try launcher.wait() == .status(73), "\(launcher)")
        for part in [
            "TMPDIR '\(long)' has 90 bytes", "'/tmp' cannot be written to", "set TMPDIR to a folder of at most 75",
        ] {
            #expect(launcher.standardError.contains(part), "\(launcher)")
        }
        #expect(!FileManager.default.fileExists(atPath: pad.sandbox.run("run").path))
    }

    @Test(arguments: ["0", "x", "-1", "1025", ""]) func count(text: String) throws {
        let launcher = try pad.start("launch-local", text)
        #expect(try launcher.wait() == .status(64), "\(launcher)")
    }

    @Test func keysAreForOtherMachines() throws {
        let launcher = try pad.start("launch-local", "1", options: ["--bind", "tcp://*:7700", "--key", "x"])
        #expect(try launcher.wait() == .status(64), "\(launcher)")
        #expect(launcher.standardError.contains("--key: the workers that are started here have no keys"), "\(launcher)")
    }
}
