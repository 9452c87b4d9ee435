import Foundation
import Testing

/// Flags and configurations that are wrong get one sentence and an exit code after sysexits.h; nothing is touched.
@Suite struct BadCommandLineTests {
    static let usage = [
        Refusal("an unknown flag", ["train", "--wrokers", "2"], 64, "'--wrokers'", "'--workers'"),
        Refusal("an unknown command", ["trian"], 64, "'trian'"),
        Refusal("a flag without its value", ["train", "--run"], 64, "--run"),
        Refusal("a value too many", ["train", "again"], 64, "'again'"),
        Refusal("no address to bind", ["coordinator"], 64, "--bind"),
        Refusal("no assignment", ["train", "--set", "steps"], 64, "--set", "key=value"),
        Refusal("--resume without a run", ["train", "--resume"], 64, "--resume", "--run"),
        Refusal("--resume with --config", ["train", "--resume", "--run", "x", "--config", "c"], 64, "--config"),
        Refusal("--resume with --from", ["train", "--resume", "--run", "x", "--from", "y"], 64, "--from", "--resume"),
        Refusal("nothing to begin with", ["train", "--from", ""], 64, "--from: is empty"),
        Refusal("an endpoint without a scheme", ["worker", "--connect", "host:7700"], 64, "--connect", "tcp://"),
        Refusal("an unknown scheme", ["worker", "--connect", "udp://host:1"], 64, "'udp'", "tcp or ipc"),
        Refusal("port 70000", ["coordinator", "--bind", "tcp://127.0.0.1:70000"], 64, "70000", "65535"),
        Refusal(
            "no port for the publisher", ["coordinator", "--bind", "tcp://127.0.0.1:65535"], 64, "--bind", "65534"),
        Refusal(
            "no port of the publisher", ["worker", "--connect", "tcp://127.0.0.1:65535"], 64, "--connect", "65534"),
        Refusal(
            "a socket within the process", ["coordinator", "--bind", "inproc://x"], 64, "inproc", "tcp://HOST:PORT"),
        Refusal("an empty path", ["train", "--run", ""], 64, "--run: is empty"),
        Refusal("an empty path behind =", ["inspect", "--checkpoint="], 64, "--checkpoint: is empty"),
        Refusal("port 0 to connect to", ["worker", "--connect", "tcp://127.0.0.1:0"], 64, "port 0"),
        Refusal("* to connect to", ["worker", "--connect", "tcp://*:7700"], 64, "*"),
        Refusal(
            "a socket's path that is too long",
            ["coordinator", "--bind", "ipc:///tmp/" + String(repeating: "x", count: 120)], 64, "107"),
        Refusal(
            "a public address without keys", ["coordinator", "--bind", "tcp://0.0.0.0:7700"], 64, "0.0.0.0",
            "--insecure"),
        Refusal("every interface without keys", ["coordinator", "--bind", "tcp://*:7700"], 64, "--insecure"),
        Refusal("no threads", ["worker", "--connect", "ipc:///tmp/x", "--threads", "0"], 64, "--threads", "0"),
        Refusal("a time-out of nan", ["worker", "--connect", "ipc:///tmp/x", "--timeout", "nan"], 64, "--timeout"),
        Refusal("a time-out for ever", ["worker", "--connect", "ipc:///tmp/x", "--timeout", "1e30"], 64, "a year"),
    ]

    /// Numbers that are negative, no numbers or out of range: the answer is the range.
    static let numbers: [Refusal] = {
        let run = ["--run", "no-run"]
        let picture = ["--out", "/nonexistent/x.png"]
        let commands: [(command: [String], flag: String, value: String, words: String)] = [
            (["sample"] + run + picture, "--count", "-5", "from 1 to 1000000"),
            (["sample"] + run + picture, "--seed", "-1", "from 0 to 18446744073709551615"),
            (["sample"] + run + picture, "--count", "20000", "from 1 to 10000 for --format grid"),
            (["evaluate"] + run, "--count", "-5", "from 1 to 1000000"),
            (["evaluate"] + run, "--count", "1e3", "a whole number"),
            (["evaluate"] + run, "--seed", "-1", "from 0 to 18446744073709551615"),
            (["data", "grid", "--data", "glyphs"] + picture, "--count", "-5", "from 1 to 10000"),
            (["data", "grid", "--data", "glyphs"] + picture, "--count", "99999999999999999999", "from 1 to 10000"),
            (["data", "grid", "--data", "glyphs"] + picture, "--first", "-1", "a whole number from 0"),
            (["data", "grid", "--data", "glyphs"] + picture, "--seed", "-1", "from 0 to 18446744073709551615"),
            (["worker", "--connect", "ipc:///tmp/x"], "--threads", "-1", "from 1 to 1024"),
            (["worker", "--connect", "ipc:///tmp/x"], "--timeout", "-1", "seconds over 0, at most a year"),
            (["worker", "--connect", "ipc:///tmp/x"], "--share", "-1", "such as 1/2"),
            (["bench"], "--steps", "-1", "from 1 to 1000000"), (["bench"], "--batch", "-1", "from 1 to 1000000"),
            (["bench"], "--workers", "-1", "from 1 to 1024"), (["bench"], "--threads", "-1", "from 1 to 1024"),
            (["bench"], "--shards", "-1", "from 1 to 65536"),
            (["bench"], "--batch", "1", "batch norm"),
            (["status", "--connect", "ipc:///tmp/x"], "--timeout", "-1", "seconds over 0, at most a year"),
        ]
        return commands.map { command, flag, value, words in
            Refusal("\(command[0]) \(flag) \(value)", command + [flag, value], 64, flag, value, words)
        }
    }()

    /// Pictures and tensors in formats that are not written: refused before a run is even looked for.
    static let formats = [
        outputFormat("sample", "grid.jpg", "JPEG", ".png", ".safetensors", "a folder's name"),
        outputFormat("sample", "grid.WEBP", "WebP", ".png"),
        outputFormat("sample", "grid.npy", "NumPy", ".safetensors"),
        outputFormat("sample", "x.pt", "PyTorch", ".safetensors"), outputFormat("sample", "x.zip", "archive", "folder"),
        Refusal(
            "a grid as JPEG", ["sample", "--run", "no-run", "--format", "grid", "--out", "g.jpeg"], 64, "g.jpeg",
            "JPEG is not written", ".png"),
        Refusal(
            "a grid as a tensor", ["sample", "--run", "no-run", "--format", "grid", "--out", "g.safetensors"], 64,
            "g.safetensors", ".png"),
        Refusal(
            "a format that is none", ["sample", "--run", "no-run", "--format", "png", "--out", "g.png"], 64,
            "did you mean 'grid'?"),
        Refusal(
            "a data grid as JPEG", ["data", "grid", "--data", "glyphs", "--out", "g.jpg"], 64, "g.jpg",
            "JPEG is not written", ".png"),
    ]

    private static func outputFormat(_ command: String, _ name: String, _ words: String...) -> Refusal {
        var refusal = Refusal(name, [command, "--run", "no-run", "--out", name], 64)
        refusal.words = ["--out: \(name): ", "is not written"] + words
        return refusal
    }

    /// Values of the configuration: by a flag they are errors of the command line; 78 where no flag gave what is wrong.
    static let configuration = [
        Refusal("an unknown preset", ["train", "--preset", "dcgn-28"], 64, "'dcgn-28'", "did you mean 'dcgan-28'?"),
        Refusal(
            "an unknown key", ["train", "--set", "generator.optimiser.learningRate=1e-4"], 64, "optimiser",
            "did you mean 'generator.optimizer.learningRate'?"),
        Refusal("a section for a key", ["train", "--set", "generator=1"], 64, "generator.optimizer.learningRate"),
        learningRate("nan"), learningRate("0"), learningRate("-1e-4"), learningRate("inf"), learningRate("fast"),
        learningRate(""),
        Refusal("no workers", ["train", "--workers", "0"], 64, "--workers", "from 1 to 1024", "'0'"),
        Refusal("minus one worker", ["train", "--workers=-1"], 64, "--workers", "'-1'"),
        Refusal("minus one worker in a word of its own", ["train", "--workers", "-1"], 64, "--workers", "'-1'"),
        Refusal("a thousand million workers", ["train", "--workers", "1000000000"], 64, "--workers", "1000000000"),
        Refusal("more workers than an integer", ["train", "--workers", "99999999999999999999"], 64, "--workers"),
        Refusal("half a step", ["train", "--steps", "0.5"], 64, "--steps", "a whole number"),
        Refusal("no step", ["train", "--steps", "0"], 64, "--steps"),
        Refusal("a seed that is none", ["train", "--seed=-3"], 64, "--seed"),
        Refusal("one sample for batch norm", ["train", "--set", "batch.shardBatch=1"], 64, "batch norm", "2 or more"),
        Refusal(
            "more needed than started", ["train", "--workers", "1", "--set", "cluster.minWorkers=2"], 78,
            "cluster.minWorkers"),
        Refusal("an unknown loss", ["train", "--set", "loss.kind=hing"], 64, "did you mean 'hinge'?"),
        Refusal(
            "a critic without a penalty", ["train", "--preset", "dcgan-28", "--set", "loss.kind=wasserstein"], 78,
            "gradientPenalty"),
        Refusal("an unknown data set", ["train", "--data", "mnits:folder"], 64, "'mnits:folder'", "mnist"),
        Refusal("a data set without its folder", ["train", "--data", "mnist"], 64, "mnist:DIR"),
        Refusal(
            "points for image networks", ["train", "--preset", "dcgan-28", "--data", "ring-2d"], 64, "ring-2d",
            "images"),
    ]

    private static func learningRate(_ text: String) -> Refusal {
        Refusal(
            "a learning rate of '\(text)'", ["train", "--set", "discriminator.optimizer.learningRate=\(text)"], 64,
            "discriminator.optimizer.learningRate", "a number over 0")
    }

    @Test(arguments: usage + numbers + formats + configuration)
    func isRefused(refusal: Refusal) throws {
        let sandbox = try Sandbox()
        var refusal = refusal
        // Wherever it would have been written to must not come into being.
        if refusal.arguments.first == "train", !refusal.arguments.contains("--run"),
            refusal.name != "--resume without a run"
        {
            refusal.arguments += ["--run", sandbox.file("run")]
        }
        try refusal.check(in: sandbox)
    }

    struct File: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var words: [String]
        var testDescription: String { name }
    }

    static let files = [
        File(
            name: "an unknown key", text: "preset: mlp-28\nbatch:\n  shard: 4\n",
            words: ["c.yaml:3:3", "batch.shard", "did you mean 'batch.shards'?"]),
        File(name: "a word for a number", text: "steps: many\n", words: ["c.yaml:1:8", "steps", "'many'"]),
        File(
            name: "a key twice", text: "steps: 5\nseed: 1\nsteps: 6\n", words: ["c.yaml:", "steps", "twice"]),
        File(
            name: "a key by its path and in its section", text: "generator.width: 8\ngenerator:\n  width: 9\n",
            words: ["c.yaml:3:3", "generator.width", "twice"]),
        File(name: "a list for a number", text: "seed: [1, 2]\n", words: ["c.yaml:1:7", "seed", "a list"]),
        File(name: "no YAML", text: "steps: 5\n  : : x\n\t-", words: ["c.yaml:2", "YAML"]),
        File(
            name: "a tab", text: "preset: lenet-28\ngenerator:\n\twidth: 8\n",
            words: ["c.yaml:3:1: line 3 is indented by a tab; use spaces"]),
        File(
            name: "a bomb of aliases in a key",
            text: "x:\n  - &a0 [1,1,1,1,1,1,1,1,1]\n"
                + (1..<10).map { level in
                    "  - &a\(level) [" + [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
                }.joined() + "? *a9\n: 1\n",
            words: ["c.yaml:2:5", "aliases stand for more than"]),
        File(
            name: "a bomb", text: "a: " + String(repeating: "[", count: 10_000), words: ["c.yaml:1", "nested too deep"]),
        File(
            name: "values that do not fit together", text: "batch:\n  shards: 4096\n  shardBatch: 65536\n",
            words: ["c.yaml:2", "batch.shards", "too large"]),
    ]

    @Test(arguments: files)
    func aWrongConfigurationFileIsRefused(file: File) throws {
        let sandbox = try Sandbox()
        let path = try sandbox.file("c.yaml", holding: Array(file.text.utf8))
        var refusal = Refusal(file.name, ["train", "--config", path, "--run", sandbox.file("run")], 78)
        refusal.words = file.words
        try refusal.check(in: sandbox)
    }

    @Test func aMissingRunOrCheckpointIsNamed() throws {
        let sandbox = try Sandbox()
        for command in [["sample", "--out", sandbox.file("grid.png")], ["evaluate"], ["inspect"]] {
            for flag in ["--run", "--checkpoint"] {
                try Refusal("\(command[0]) \(flag)", command + [flag, sandbox.file("no")], 66, sandbox.file("no"))
                    .check(in: sandbox)
            }
            try Refusal("neither", command, 64, "--run", "--checkpoint").check(in: sandbox)
        }
    }

    @Test func aMissingConfigurationFileIsNamed() throws {
        let sandbox = try Sandbox()
        try Refusal("missing", ["train", "--config", sandbox.file("c.yaml")], 66, "c.yaml").check(in: sandbox)
    }
}
