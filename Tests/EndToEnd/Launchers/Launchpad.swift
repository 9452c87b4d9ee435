import Foundation
import Testing

/// Where `scripts/launch-ssh` and `scripts/launch-local` are started, and what must be gone when they have ended.
struct Launchpad {
    let sandbox: Sandbox
    /// `$TMPDIR` on this side.
    let temporaryFolder: String
    let task = TrainingTask(preset: "ring-2d", steps: 200)

    /// More steps than any test waits for.
    static let endless = 900_000

    init() throws {
        sandbox = try Sandbox()
        temporaryFolder = try sandbox.folder("here")
        // By a name without blanks, wherever the build is.
        try FileManager.default.createSymbolicLink(
            atPath: sandbox.file("ganglion"), withDestinationPath: GanglionProcess.executable)
    }

    /// - Parameters:
    ///   - hosts: the content of the file of hosts.
    ///   - ssh: the command that reaches them.
    func overSSH(
        _ hosts: String, ssh: String, run: String = "run", steps: Int? = nil, options: [String] = [],
        environment: [String: String] = [:], launcher: [String] = []
    ) throws -> GanglionProcess {
        let file = try sandbox.file("hosts-of-\(run)", holding: Array(hosts.utf8))
        return try start(
            "launch-ssh", file, run: run, steps: steps, options: options,
            environment: ["GANGLION_SSH": ssh, "GANGLION_REMOTE": sandbox.file("ganglion")].merging(environment) { $1 },
            launcher: launcher)
    }

    /// - Parameter first: the script's first argument.
    func start(
        _ script: String, _ first: String, run: String = "run", steps: Int? = nil, options: [String] = [],
        environment: [String: String] = [:], launcher: [String] = []
    ) throws -> GanglionProcess {
        let places = ["XDG_RUNTIME_DIR": "", "TMPDIR": temporaryFolder]
        return try sandbox.startProgram(
            ["/bin/bash", "\(SourceTree.path)/scripts/\(script)", first] + options
                + task.arguments(sandbox.run(run), checkpointEvery: 10, steps: steps),
            environment: places.merging(environment) { $1 }, launcher: launcher)
    }

    /// What is in the folders for temporary files, here and on the hosts, and the processes that have these in their
    /// environment: the launcher's own, and all that it started on either side.
    private var remains: [String] {
        let files = ["here", "host"].flatMap {
            (try? FileManager.default.contentsOfDirectory(atPath: sandbox.file($0))) ?? []
        }
        return files + ProcessTable.running(with: "TMPDIR=\(sandbox.path)/").map { "process \($0)" }
    }

    func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) {
        // The keeper ends a moment after the launcher.
        _ = try? waitFor("nothing left") { remains.isEmpty ? true : nil }
        #expect(remains.isEmpty, sourceLocation: sourceLocation)
    }

    /// Whether a folder for temporary files, `here` or `host`, has one of the launcher's with the file `name` in it.
    func has(_ name: String, in folder: String) -> Bool {
        let path = sandbox.file(folder)
        let made = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return made.contains {
            $0.hasPrefix("ganglion.") && FileManager.default.fileExists(atPath: "\(path)/\($0)/\(name)")
        }
    }
}
