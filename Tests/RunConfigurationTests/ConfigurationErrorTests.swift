import Foundation
import RunConfiguration
import TestSupport
import Testing
import UserErrors

/// Every wrong configuration is refused with the place, what was expected and found, and the nearest valid name.
struct ConfigurationErrorTests {
    struct BadYAML: CustomTestStringConvertible, Sendable {
        var yaml: String
        var place: String
        var words: [String]
        var testDescription: String { String(yaml.prefix(60)) }

        init(_ yaml: String, _ place: String, _ words: String...) {
            (self.yaml, self.place, self.words) = (yaml, place, words)
        }
    }

    static let files: [BadYAML] = [
        BadYAML("sead: 3", "c.yaml:1:1: ", "unknown key 'sead'", "did you mean 'seed'?"),
        BadYAML("seed: 1\nlearningRate: 1", "c.yaml:2:1: ", "did you mean 'generator.optimizer.learningRate'?"),
        BadYAML("generator:\n  optimiser:\n    beta1: 0", "c.yaml:2:3: ", "did you mean 'generator.optimizer'?"),
        BadYAML(
            "discriminator:\n  optimizer:\n    learning_rate: 1", "c.yaml:3:5: ",
            "did you mean 'discriminator.optimizer.learningRate'?"),
        BadYAML("generator:\n  architecture: mlp-28", "c.yaml:2:3: ", "did you mean 'architecture'?"),
        BadYAML("zzzzzzzzzz: 1", "c.yaml:1:1: ", "unknown key", "config show"),
        BadYAML("seed: 1\nsteps: 5\nseed: 2", "c.yaml:", "'seed' appears twice"),
        BadYAML("seed: 1\n\"seed\": 2", "c.yaml:", "'seed' appears twice"),
        BadYAML("generator: {width: 3, width: 4}", "c.yaml:1:", "width' appears twice"),
        BadYAML("seed: many", "c.yaml:1:7: seed: ", "a whole number from 0", "got 'many'"),
        BadYAML("seed: -1", "c.yaml:1:7: seed: ", "got '-1'"),
        BadYAML("seed: 18446744073709551616", "c.yaml:1:7: seed: ", "18446744073709551615"),
        BadYAML("seed: 1.5", "c.yaml:1:7: seed: ", "a whole number"),
        BadYAML("seed: \"1\"", "c.yaml:1:7: seed: ", "got '1' in quotes"),
        BadYAML("seed:", "c.yaml:1:", "got nothing"),
        BadYAML("seed: [1]", "c.yaml:1:7: seed: ", "got a list"),
        BadYAML("seed: {a: 1}", "c.yaml:1:7: seed: ", "got keys and values"),
        BadYAML("steps: 0", "c.yaml:1:8: steps: ", "from 1 to 1000000000", "got '0'"),
        BadYAML("steps: 1e3", "c.yaml:1:8: steps: ", "a whole number"),
        BadYAML("steps: 99999999999999999999", "c.yaml:1:8: steps: ", "a whole number"),
        BadYAML("cluster: {workers: 0}", "c.yaml:1:20: cluster.workers: ", "from 1 to 1024", "got '0'"),
        BadYAML("cluster: {workers: -1}", "c.yaml:1:20: cluster.workers: ", "got '-1'"),
        BadYAML("cluster: {workers: 1000000000}", "c.yaml:1:20: cluster.workers: ", "got '1000000000'"),
        BadYAML("preset: dcgan", "c.yaml:1:9: preset: ", "one of digits", "did you mean 'dcgan-28'?"),
        BadYAML("loss:\n  kind: hing", "c.yaml:2:9: loss.kind: ", "one of minimax", "did you mean 'hinge'?"),
        BadYAML(
            "loss: hinge", "c.yaml:1:7: loss: ", "the keys kind, relativistic, r1, r1End", "got 'hinge'"),
        BadYAML("generator:\n- width", "c.yaml:2:1: generator: ", "got a list"),
        BadYAML("averageDecay: 1", "c.yaml:1:15: emaDecay: ", "a number from 0 and under 1"),
        BadYAML("normalization: {deviation: 0}", "c.yaml:1:28: normalization.standardDeviation: ", "a number over 0"),
        BadYAML(
            "normalization: {deviation: 1e-60}", "c.yaml:1:28: normalization.standardDeviation: ", "a number over 0"),
        BadYAML("data: {source: \"\"}", "c.yaml:1:16: data.source: ", "glyphs", "got nothing"),
        BadYAML("data: {source: glyph}", "c.yaml:1:16: data.source: ", "did you mean 'glyphs'?"),
        BadYAML("data: {source: mnst:x}", "c.yaml:1:16: data.source: ", "did you mean 'mnist'?"),
        BadYAML("data: {source: mnist}", "c.yaml:1:16: data.source: ", "names no folder", "mnist:DIR"),
        BadYAML("data: {source: 'mnist:'}", "c.yaml:1:16: data.source: ", "names no folder"),
        BadYAML("data: {source: 'glyphs:x'}", "c.yaml:1:16: data.source: ", "takes no folder"),
        BadYAML("data: {source: ring-2d}", "c.yaml:1:16: data.source: ", "points of the plane", "--preset ring-2d"),
        BadYAML("preset: ring-2d\ndata: {source: glyphs}", "c.yaml:2:16: data.source: ", "gives images"),
        BadYAML("batch: {shardBatch: 1}", "c.yaml:1:21: batch.shardBatch: ", "batch norm", "expected 2 or more, got 1"),
        BadYAML(
            "preset: dcgan-64\nbatch: {shardBatch: 1}", "c.yaml:2:21: batch.shardBatch: ", "dcgan has batch norm"),
        BadYAML("batch: {shards: 4096, shardBatch: 65536}", "c.yaml:1:17: batch.shards: ", "268435456"),
        BadYAML("loss: {kind: wasserstein}", "c.yaml: loss.gradientPenalty: ", "loss.gradientPenalty=10"),
        BadYAML(
            "cluster: {heartbeatSeconds: 8}", "c.yaml: cluster.workerTimeoutSeconds: ",
            "expected at least 16.0, got 10.0"),
        BadYAML("augmentation: colour", "c.yaml:1:15: augmentation.policy: ", "none, diffaugment", "got 'colour'"),
        BadYAML("augmentation: 'color,color'", "c.yaml:1:15: augmentation.policy: ", "got 'color,color'"),
        BadYAML("augmentation: [color]", "c.yaml:1:15: augmentation: ", "the keys policy, probability", "got a list"),
        BadYAML("augmentation: color\naugmentation:\n  policy: color", "c.yaml:", "'augmentation' appears twice"),
        BadYAML(
            "augmentation: {probability: ada}", "c.yaml:1:29: augmentation.probability: ", "which is none", "got ada"),
        BadYAML(
            "augmentation: {policy: color, probability: 1.5}", "c.yaml:1:44: augmentation.probability: ",
            "a number from 0 to 1, or ada", "got '1.5'"),
        BadYAML("preset: ring-2d\naugmentation: color", "c.yaml:2:15: augmentation.policy: ", "only images"),
        BadYAML("preset: ring-2d\ndata: {flip: true}", "c.yaml:2:14: data.flip: ", "only images"),
        BadYAML(
            "discriminator: {packing: 3}", "c.yaml:1:26: discriminator.packing: ", "a divisor of batch.shardBatch, 32"),
        BadYAML(
            "batch: {shardBatch: 2}\ndiscriminator: {packing: 2}", "c.yaml:2:26: discriminator.packing: ",
            "batch norm", "less than batch.shardBatch, 2"),
        BadYAML(
            "preset: digits\ndiscriminator: {packing: 2}", "c.yaml:2:26: discriminator.packing: ", "several classes"),
        BadYAML(
            "discriminator: {minibatchStdDev: 5}", "c.yaml:1:34: discriminator.minibatchStdDev: ", "a divisor of 32"),
        BadYAML("discriminator: {minibatchStdDev: 1}", "c.yaml:1:34: discriminator.minibatchStdDev: ", "one sample"),
        BadYAML(
            "discriminator: {packing: 8, minibatchStdDev: 8}", "c.yaml:1:46: discriminator.minibatchStdDev: ",
            "a divisor of 4 over 1, got 8"),
        BadYAML(
            "preset: lenet-28\ndiscriminator: {minibatchStdDev: 4}", "c.yaml:2:34: discriminator.minibatchStdDev: ",
            "lenet's discriminator has no such layer", "dcgan, resnet"),
        BadYAML("just words", "c.yaml:1:1: ", "is no configuration", "got 'just words'"),
        BadYAML("- 1\n- 2", "c.yaml:1:1: ", "got a list"),
        BadYAML("seed: 1\n\tsteps: 2", "c.yaml:2:1: ", "line 2 is indented by a tab; use spaces"),
        BadYAML("generator:\n  \twidth: 8", "c.yaml:2:3: ", "line 2 is indented by a tab; use spaces"),
        BadYAML("generator:\r\n\twidth: 8\r\n", "c.yaml:2:1: ", "line 2 is indented by a tab"),
        BadYAML("# c\n\t# c\n\tseed: 8", "c.yaml:2:1: ", "line 2 is indented by a tab"),
        BadYAML("data:\n- \tx\n", "c.yaml:2:3: ", "line 2 has a tab here; use spaces"),
        BadYAML("seed: [1", "c.yaml:", "is not valid YAML"),
        BadYAML("seed: 1\n---\nseed: 2", "c.yaml:", "is not valid YAML"),
        BadYAML("seed: *x", "c.yaml:1:7: ", "undefined alias"),
        BadYAML("? [a]\n: 1", "c.yaml:1:3: ", "is no key", "got a list"),
        BadYAML("seed: \u{0}", "c.yaml", "is not valid YAML"),
        BadYAML(String(repeating: "[", count: 60_000), "c.yaml:1:1: ", "nested too deep"),
        BadYAML(String(repeating: "{a: ", count: 15_000), "c.yaml:1:1: ", "nested too deep"),
        BadYAML(String(repeating: "- ", count: 30_000), "c.yaml:1:1: ", "nested too deep"),
        BadYAML(String(repeating: "? ", count: 30_000), "c.yaml:1:1: ", "nested too deep"),
        BadYAML(
            "x:\n" + (1...300).map { String(repeating: " ", count: $0) + "?\n" }.joined(), "c.yaml:10:1: ",
            "nested too deep"),
        BadYAML("&k seed: 1\n*k : 2", "c.yaml:", "'seed' appears twice"),
        BadYAML("batch: &b {shards: 1}\n*b : 2", "c.yaml:1:8: ", "is no key", "got keys and values"),
        BadYAML(String(repeating: "#", count: 70_000), "c.yaml: ", "too long"),
    ]

    @Test(arguments: files) func isRefusedWithItsPlace(file: BadYAML) throws {
        let error = try #require(
            #expect(throws: RunError.self) { _ = try Configuration(yaml: file.yaml, file: "c.yaml") })
        #expect(error.category == .configuration)
        #expect(error.exitCode == 78)
        #expect(error.description.hasPrefix(file.place), "\(error)")
        for word in file.words { #expect(error.description.contains(word), "\(error)") }
        #expect(!error.line.contains("\n"))
        #expect(error.line.hasPrefix("ganglion: error: "))
    }

    /// 9¹⁰ nodes in 500 bytes, used in every place that YAML has for them. The parser would compare a key by all of them.
    @Test(
        arguments: [
            "? *a9\n: 1\n", "*a9 : 1\n", "y: {*a9 : 1}\n", "y: {? *a9 : 1}\n", "? [*a9]\n: 1\n", "[*a9]: 1\n",
            "? - *a9\n: 1\n", "? !!seq *a9\n: 1\n", "? {b: *a9}\n: 1\n", "? &k [*a9]\n: 1\n*k : 2\n", "<<: *a9\n",
            "<<: [*a9, *a9]\n", "y: *a9\n", "seed: *a9\n", "'it''s': 1\n? *a9\n: 1\n", "\"x\": y\n? # c\n  *a9\n: 1\n",
        ])
    func aBombOfAliasesIsRefused(use: String) throws {
        let nine = { (text: String) in [String](repeating: text, count: 9).joined(separator: ",") }
        let levels = (1...9).map { "  - &a\($0) [\(nine("*a\($0 - 1)"))]\n" }.joined()
        for newline in ["\n", "\r\n"] {
            let yaml = "x:\n  - &a0 [\(nine("1"))]\n\(levels)\(use)".replacing("\n", with: newline)
            let error = try #require(
                #expect(throws: RunError.self) { _ = try Configuration(yaml: yaml, file: "c.yaml") })
            #expect(error.description.hasPrefix("c.yaml:2:5: aliases stand for more than"), "\(error)")
        }
    }

    /// The same with one name for all levels, and with all anchors before the aliases.
    @Test func otherBombsOfAliases() throws {
        let redefined = "x:\n- &a [1]\n" + String(repeating: "- &a [*a, *a, *a, *a]\n", count: 15) + "? *a\n: 1\n"
        #expect(throws: RunError.self) { _ = try Configuration(yaml: redefined) }
        var nested = "[1]"
        for level in 0..<12 {
            nested = "[&n\(level) \(nested)" + String(repeating: ", *n\(level)", count: 9) + "]"
        }
        #expect(throws: RunError.self) { _ = try Configuration(yaml: "? \(nested)\n: 1\n") }
        var merged = "m0: &m0 {a: 1}\n"
        for level in 1..<20 {
            merged += "m\(level): &m\(level) {<<: [*m\(level - 1), *m\(level - 1)]}\n"
        }
        #expect(throws: RunError.self) { _ = try Configuration(yaml: merged + "? *m19\n: 1\n") }
    }

    @Test(
        arguments: [
            "nan", "NaN", ".nan", "inf", "-.inf", "0", "-1e-4", "fast", "0x1p-3", "11", "1e-60", "'1e-4'", "true",
        ])
    func aBadLearningRateIsRefused(value: String) throws {
        let yaml = "generator:\n  optimizer:\n    learningRate: \(value)\n"
        let error = try #require(#expect(throws: RunError.self) { _ = try Configuration(yaml: yaml, file: "c.yaml") })
        #expect(error.description.hasPrefix("c.yaml:3:19: generator.optimizer.learningRate: "), "\(error)")
        #expect(error.description.contains("a number over 0 to 10"), "\(error)")
    }

    @Test func aBadBetaIsRefusedForBothNetworks() {
        for network in ["generator", "discriminator"] {
            for (key, value) in [("beta1", "1"), ("beta1", "-0.1"), ("beta2", "1.0"), ("epsilon", "0")] {
                #expect(throws: RunError.self) {
                    _ = try Configuration(yaml: "\(network): {optimizer: {\(key): \(value)}}")
                }
            }
        }
    }

    @Test func badOverridesNameTheirFlag() throws {
        func sentence(_ assignment: String) throws -> String {
            try #require(
                #expect(throws: RunError.self) {
                    _ = try Configuration.resolve(overrides: [try ConfigurationOverride(assignment: assignment)])
                }
            ).description
        }
        #expect(try sentence("seed").contains("expected key=value, got 'seed'"))
        #expect(try sentence("=3").contains("expected key=value"))
        #expect(
            try sentence("generator.optimizer.learningrate=1")
                .contains("did you mean 'generator.optimizer.learningRate'?"))
        #expect(try sentence("generator.learningRate=1").contains("'generator.optimizer.learningRate'"))
        #expect(try sentence("generator=1").contains("holds several keys"))
        #expect(try sentence("seed=x").hasPrefix("--set seed: "))
        let error = try #require(
            #expect(throws: RunError.self) {
                _ = try Configuration.resolve(
                    overrides: [ConfigurationOverride(key: "steps", value: "0", origin: "--steps")])
            })
        #expect(error.description.hasPrefix("--steps (steps): "))
        #expect(error.exitCode == 64)
        #expect(throws: RunError.self) {
            // Good alone, wrong with the preset; the override is named.
            _ = try Configuration.resolve(
                overrides: try ["preset=dcgan-28", "batch.shardBatch=1"].map {
                    try ConfigurationOverride(assignment: $0)
                })
        }
    }

    /// 64 where a flag gave the wrong value, 78 where a file did or nobody.
    @Test(
        arguments: [
            (nil, "steps=0", 64), (nil, "sead=1", 64), (nil, "batch.shardBatch=1", 64),
            (nil, "loss.kind=wasserstein", 78),
            ("steps: 0\n", "seed=1", 78), ("batch: {shardBatch: 1}\n", "seed=1", 78),
            ("batch: {shardBatch: 8}\n", "batch.shardBatch=1", 64), ("batch: {shardBatch: 1}\n", "batch.shards=2", 78),
        ] as [(String?, String, Int32)])
    func theExitCodeSaysWhereTheValueCameFrom(yaml: String?, assignment: String, code: Int32) throws {
        let file = try yaml.map { try temporaryFile($0) }
        defer { if let file { try? FileManager.default.removeItem(atPath: file) } }
        let error = #expect(throws: RunError.self) {
            _ = try Configuration.resolve(
                file: file,
                overrides: try ["preset=dcgan-28", assignment].map { try ConfigurationOverride(assignment: $0) })
        }
        #expect(error?.exitCode == code, "\(String(describing: error))")
    }

    @Test func aMissingFileAFolderAndABinaryFileAreRefused() throws {
        let missing = #expect(throws: RunError.self) { _ = try Configuration.resolve(file: "/nonexistent/c.yaml") }
        #expect(missing?.exitCode == 66)
        let folder = #expect(throws: RunError.self) { _ = try Configuration.resolve(file: "/tmp") }
        #expect(folder?.description.contains("a folder") == true)
    }

    /// Text in another encoding, and what is no text, are named for what they are.
    @Test(
        arguments: [
            ([0xFF, 0xFE, 0x80], "is UTF-16; expected YAML in UTF-8; save it as UTF-8"),
            ([0xFF, 0xFE] + "seed: 1\n".utf8.flatMap { [$0, 0] }, "is UTF-16"),
            ([0xFE, 0xFF] + "seed: 1\n".utf8.flatMap { [0, $0] }, "is UTF-16"),
            ("seed: 1\n".utf8.flatMap { [$0, 0] }, "is UTF-16"), ("seed: 1\n".utf8.flatMap { [0, $0] }, "is UTF-16"),
            (
                Array("data: {source: \"images:Gr".utf8) + [0xF6, 0xDF] + Array("e\"}\n".utf8),
                "is not a text file in UTF-8"
            ),
            ([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 30), "is a ZIP archive"),
        ] as [([UInt8], String)])
    func aFileThatIsNotInUTF8IsNamed(bytes: [UInt8], words: String) throws {
        let path = temporaryPath()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = #expect(throws: RunError.self) { _ = try Configuration.resolve(file: path) }
        #expect(error?.description.hasPrefix("\(path): \(words)") == true, "\(String(describing: error))")
        #expect(error?.exitCode == 78)
    }

    /// 5,000 seeded mutations of a good file: each is read or refused, none crashes.
    @Test func flippedBytesNeverCrash() throws {
        let whole = Array(Configuration(preset: .ring2D).resolvedYAML(comments: false).utf8)
        var generator = SeededRandom(seed: 3)
        let interesting = Array("{}[]:-?*&!|>'\"%@`#, \n\t\u{1}é".utf8)
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = interesting.randomElement(
                    using: &generator)!
            }
            do {
                _ = try Configuration(yaml: String(decoding: bytes, as: UTF8.self))
            } catch {
                #expect(error is RunError)
            }
        }
    }
}

struct NearestNameTests {
    @Test func distancesAreThoseOfTheDefinition() {
        for (a, b, distance) in [
            ("", "", 0), ("a", "", 1), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("ca", "abc", 3),
            ("seed", "sede", 1), ("hinge", "hinge", 0),
        ] {
            #expect(NearestName.editDistance(a, b) == distance)
            #expect(NearestName.editDistance(b, a) == distance)
        }
    }

    @Test func onlyLikelySlipsAreSuggested() {
        #expect(NearestName.of("mnits", among: ["mnist", "images"]) == "mnist")
        #expect(NearestName.of("MNIST", among: ["mnist", "images"]) == "mnist")
        #expect(NearestName.of("least_squares", among: ["least-squares"]) == "least-squares")
        #expect(NearestName.of("banana", among: ["mnist", "images"]) == nil)
        #expect(NearestName.of("", among: ["mnist"]) == nil)
        #expect(NearestName.of("x", among: []) == nil)
    }
}
