import Foundation
import Testing

/// `~` where no shell expands it (`--run=~/r`, `images:~/photos`) is the home folder, in every flag that names a path.
@Suite struct HomeFolderTests {
    private let sandbox: Sandbox
    private let home: String
    private let work: String
    /// Runs a program in the folder `work` with another home folder.
    private let launcher: [String]
    private let tiny = [
        "--set", "batch.shards=1", "--set", "batch.shardBatch=4", "--sample-every", "0",
        // So that a run can be made longer.
        "--set", "generator.optimizer.decay=constant", "--set", "discriminator.optimizer.decay=constant",
    ]

    init() throws {
        sandbox = try Sandbox()
        home = try sandbox.folder("home")
        work = try sandbox.folder("work")
        launcher = ["env", "-C", work, "HOME=\(home)"]
    }

    private func enter(_ arguments: [String]) throws { try sandbox.complete(arguments, launcher: launcher) }

    @Test func everyPathFlagExpandsIt() throws {
        try Data("preset: ring-2d\n".utf8).write(to: URL(fileURLWithPath: "\(home)/c.yaml"))
        try enter(["train", "--config=~/c.yaml", "--run=~/r", "--steps", "2"] + tiny)
        try enter(["train", "--run=~/r", "--resume", "--steps", "4"])
        let checkpoint = "~/r/checkpoints/step-000004.safetensors"
        for source in ["--run=~/r", "--checkpoint=\(checkpoint)"] {
            try enter(["inspect", source])
            try enter(["evaluate", source, "--count", "200"])
            try enter(["sample", source, "--out=~/samples.png"])
        }
        for (source, name) in [("~/r", "second"), (checkpoint, "third")] {
            try enter(["train", "--from=\(source)", "--run", "~/\(name)", "--steps", "1"])
        }
        try enter(["data", "grid", "--data", "ring-2d", "--count", "64", "--out=~/data.png"])
        for name in ["coordinator", "node"] { try enter(["keys", "new", "--out=~/keys", name]) }
        let made = try FileManager.default.contentsOfDirectory(atPath: home)
        #expect(Set(made) == ["c.yaml", "r", "second", "third", "samples.png", "data.png", "keys"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
    }

    @Test(arguments: [false, true]) func keysInItAreFound(byConfiguration: Bool) throws {
        for name in ["coordinator", "node"] { try enter(["keys", "new", "--out=~/keys", name]) }
        let names =
            byConfiguration
            ? [
                "--set", "cluster.keyFile=~/keys/coordinator.key", "--set", "cluster.allowFile=~/keys/node.pub",
            ] : ["--key=~/keys/coordinator.key", "--allow=~/keys/node.pub"]
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0", "--preset", "ring-2d", "--run=~/r", "--steps", "3"] + tiny
                + names, launcher: launcher)
        let worker = try sandbox.start(
            [
                "worker", "--connect", try Cluster.endpoint(of: coordinator), "--key=~/keys/node.key",
                "--coordinator-key=~/keys/coordinator.pub",
            ], launcher: launcher)
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: home)) == ["keys", "r"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
    }

    @Test func dataInItAreFound() throws {
        let photos = try PhotoFolder("home/photos", count: 8, in: sandbox)
        try enter(["data", "check", "images:~/photos"])
        try enter(
            [
                "train", "--preset", "lenet-28", "--data=images:~/photos", "--run=~/r", "--steps", "1",
            ] + tiny)
        let configuration = try String(contentsOfFile: "\(home)/r/config.yaml", encoding: .utf8)
        #expect(configuration.contains("images:\(photos.path)"), "\(configuration)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
    }

    /// Without HOME it is what the system's list of users says; `~NAME` is always.
    @Test func theListOfUsersIsAskedWhereHOMEIsNotSet() throws {
        let entry = try #require(getpwuid(getuid()), "this user is in no list")
        let (name, folder) = (String(cString: entry.pointee.pw_name), String(cString: entry.pointee.pw_dir))
        let missing = "no-such-run-of-a-test"
        for (path, variables) in [
            ("~/\(missing)", ["-u", "HOME"]), ("~/\(missing)", ["HOME="]), ("~\(name)/\(missing)", ["HOME=\(home)"]),
        ] {
            let process = try sandbox.start(["inspect", "--run=\(path)"], launcher: ["env"] + variables)
            #expect(try process.wait() == .status(66), "\(process)")
            #expect(process.standardError.contains("error: \(folder)/\(missing): there is no such run"), "\(process)")
        }
        let stranger = try sandbox.start(["train", "--run=~no-such-user/r"], launcher: launcher)
        #expect(try stranger.wait() == .status(64), "\(stranger)")
        #expect(stranger.standardError.contains("there is no user 'no-such-user'"), "\(stranger)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
    }

    /// A number without a name, as containers have it: nothing is known, and nothing is made of it.
    @Test(.enabled(if: getuid() == 0, "needs root to be another user"))
    func aUserWithoutAHomeFolder() throws {
        chmod(sandbox.path, 0o755)
        chmod(work, 0o777)
        let number = (50_000...60_000).first { getpwuid(uid_t($0)) == nil } ?? 50_000
        let nobody = ["setpriv", "--reuid=\(number)", "--regid=\(number)", "--clear-groups", "env", "-C", work]
        let unset = nobody + ["-u", "HOME", "XDG_RUNTIME_DIR=\(work)"]
        for flag in ["--run=~/r", "--config=~/c.yaml", "--from=~/r"] {
            let process = try sandbox.start(["train", flag], launcher: unset)
            #expect(try process.wait() == .status(64), "\(process)")
            #expect(process.standardError.contains("the home folder is not known; set HOME"), "\(process)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
        // It trains all the same.
        try sandbox.complete(["train", "--preset", "ring-2d", "--run", "r", "--steps", "2"] + tiny, launcher: unset)
        #expect(try FileManager.default.contentsOfDirectory(atPath: work) == ["r"])
    }
}
