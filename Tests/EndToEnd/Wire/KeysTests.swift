import Foundation
import Testing

/// Keys on the command line: who has one trains, who has none or a wrong one is told so, and no secret is shown.
@Suite struct KeysTests {
    private let task = TrainingTask(preset: "dcgan-28")

    @Test func aClusterWithKeysEndsWithTheQuietRunsBits() throws {
        let sandbox = try Sandbox()
        let keyed = try KeyedCluster(task, in: sandbox, run: sandbox.run("run"))
        // A key that is not on the list; no key; another coordinator's key.
        try sandbox.complete(["keys", "new", "--out", sandbox.path, "stranger"])
        let unknown = ["--key", sandbox.file("stranger.key"), "--coordinator-key", sandbox.file("coordinator.key")]
        let strangers = try [
            keyed.cluster.startWorker(timeout: 2, options: unknown),
            keyed.cluster.startWorker(timeout: 2),
            keyed.cluster.startWorker(
                timeout: 2,
                options: ["--key", sandbox.file("node.key"), "--coordinator-key", sandbox.file("stranger.pub")]),
        ]
        for stranger in strangers { #expect(try stranger.wait() == .status(75), "\(stranger)") }
        let stranger = try sandbox.complete(["keys", "show", sandbox.file("stranger.key")]).standardOutput
        let refusal = "refused a connection: its key '\(stranger.dropLast())' is not allowed"
        // On a busy machine two seconds are over before a handshake has come: this one stays until it is heard.
        let patient = try keyed.cluster.startWorker(options: unknown)
        try keyed.cluster.wait(untilCoordinatorSays: refusal)
        patient.kill()
        #expect(keyed.cluster.coordinator.standardError.components(separatedBy: refusal).count == 2)
        #expect(!keyed.cluster.coordinator.standardError.contains("joined"))
        let workers = try (0..<2).map { _ in try keyed.cluster.startReadyWorker(options: keyed.worker) }
        #expect(try keyed.cluster.coordinator.wait() == .status(0), "\(keyed.cluster.coordinator)")
        for worker in workers { #expect(try worker.wait() == .status(0), "\(worker)") }
        let quiet = try QuietRuns.shared.stateSHA256(of: task)
        #expect(try keyed.cluster.run.stateSHA256(afterStep: TrainingTask.steps) == quiet)
    }

    @Test func newKeysAreFilesOfTheirOwnerAndShowPrintsThePublicOne() throws {
        let sandbox = try Sandbox()
        let made = try sandbox.complete(["keys", "new", "--out", sandbox.file("keys"), "node-a"]).standardOutput
        let file = sandbox.file("keys/node-a.key")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let secret = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").last!.dropFirst(7)
        #expect(secret.count == 40)
        for path in [file, sandbox.file("keys/node-a.pub")] {
            let shown = try sandbox.complete(["keys", "show", path]).standardOutput
            #expect(shown.count == 41 && !shown.contains(secret))
            #expect(made.hasSuffix(shown) && !made.contains(secret))
        }
        try Refusal("again", ["keys", "new", "--out", sandbox.file("keys"), "node-a"], 73, "not overwritten")
            .check(in: sandbox)
    }

    @Test func theConfigurationNamesTheFilesToo() throws {
        let sandbox = try Sandbox()
        try sandbox.complete(["keys", "new", "--out", sandbox.path, "coordinator"])
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            [
                "coordinator", "--bind", "tcp://0.0.0.0:0", "--set",
                "cluster.keyFile=\(sandbox.file("coordinator.key"))",
                "--set", "cluster.allowFile=\(sandbox.file("coordinator.pub"))",
            ] + task.arguments(run))
        try coordinator.wait(until: "its key") { coordinator.standardError.contains("--coordinator-key '") }
    }

    @Test func whatIsWrongWithKeysIsSaid() throws {
        let sandbox = try Sandbox()
        for name in ["a", "open", "short"] { try sandbox.complete(["keys", "new", "--out", sandbox.path, name]) }
        chmod(sandbox.file("open.key"), 0o644)
        _ = try sandbox.file("short.key", holding: Array("secret tooshort\n".utf8))
        chmod(sandbox.file("short.key"), 0o600)
        let key = try String(contentsOfFile: sandbox.file("a.pub"), encoding: .utf8)
        _ = try sandbox.file("empty", holding: [])
        _ = try sandbox.file("twice", holding: Array((key + key).utf8))
        let local = ["coordinator", "--bind", "tcp://127.0.0.1:0", "--run", sandbox.file("run")]
        func coordinator(_ key: String, _ allow: String) -> [String] {
            local + ["--key", sandbox.file(key), "--allow", sandbox.file(allow)]
        }
        func worker(_ rest: String...) -> [String] { ["worker", "--connect", "tcp://127.0.0.1:1"] + rest }
        let (good, remote) = (sandbox.file("a.key"), "tcp://203.0.113.9:7700")
        for refusal in [
            Refusal("a key that others may read", coordinator("open.key", "a.pub"), 77, "open.key", "600", "644"),
            Refusal("a short key", coordinator("short.key", "a.pub"), 65, "short.key", "line 1", "40 characters"),
            Refusal("no key file", coordinator("no.key", "a.pub"), 66, "no.key"),
            Refusal("a public key for a secret one", coordinator("a.pub", "a.pub"), 77, "a.pub", "600"),
            Refusal("no list", coordinator("a.key", "no"), 66, "no"),
            Refusal("an empty list", coordinator("a.key", "empty"), 65, "empty", "nobody could connect"),
            Refusal("a key twice", coordinator("a.key", "twice"), 65, "twice:2", "line 1"),
            Refusal("a list alone", local + ["--allow", sandbox.file("a.pub")], 64, "--allow", "--key FILE"),
            Refusal("a key alone", local + ["--key", good], 64, "--key", "--allow FILE"),
            Refusal("keys and --insecure", coordinator("a.key", "a.pub") + ["--insecure"], 64, "--insecure", "--key"),
            Refusal("a worker's key alone", worker("--key", good), 64, "--coordinator-key"),
            Refusal("the coordinator's alone", worker("--coordinator-key", good), 64, "--key FILE"),
            Refusal("no coordinator's key", worker("--key", good, "--coordinator-key", "abc"), 64, "3 characters"),
            Refusal("a remote coordinator without keys", ["worker", "--connect", remote], 64, remote, "--insecure"),
            Refusal("a name with a slash", ["keys", "new", "--out", sandbox.path, "a/b"], 64, "'a/b'"),
            Refusal("two keys to show", ["keys", "show", sandbox.file("twice")], 65, "twice:2"),
        ] { try refusal.check(in: sandbox) }
    }

    @Test func insecureSaysAloudWhatItGivesUp() throws {
        let sandbox = try Sandbox()
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://203.0.113.9:7700", "--insecure", "--timeout", "0.2", "--quiet"])
        #expect(try worker.wait() == .status(75), "\(worker)")
        #expect(
            worker.standardError.hasPrefix("ganglion: warning: --insecure: tcp://203.0.113.9:7700 has no encryption"))
    }
}
