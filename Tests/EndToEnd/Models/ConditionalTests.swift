import FileFormats
import Foundation
import RunConfiguration
import Runs
import Testing

/// Networks with classes: trained on labels, drawn by class, evaluated, and refused without labels.
@Suite struct ConditionalTests {
    private let small = [
        "--set", "generator.width=8", "--set", "discriminator.width=8", "--set", "batch.shards=2", "--set",
        "batch.shardBatch=8", "--sample-every", "0",
    ]

    @Test func classesReachTrainingSamplesAndEvaluation() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        try sandbox.complete(["train", "--preset", "digits", "--steps", "12", "--run", run.path] + small)
        let checkpoint = try run.newestCheckpoint()
        #expect(checkpoint.classes?.names == (0..<10).map(String.init))
        let shares = sandbox.file("shares.safetensors")
        try sandbox.complete(["sample", "--run", run.path, "--count", "40", "--out", shares])
        let labels = try #require(try SafetensorsFile(contentsOf: shares).tensors["labels"]?.int64s())
        #expect(labels.count == 40 && Set(labels).count > 3 && labels.allSatisfy { 0..<10 ~= $0 })
        let one = sandbox.file("one.safetensors")
        try sandbox.complete(["sample", "--run", run.path, "--class", "3", "--count", "5", "--out", one])
        #expect(try SafetensorsFile(contentsOf: one).tensors["labels"]?.int64s() == [3, 3, 3, 3, 3])
        let all = sandbox.file("all.safetensors")
        try sandbox.complete(["sample", "--run", run.path, "--class", "all", "--count", "20", "--out", all])
        let file = try SafetensorsFile(contentsOf: all)
        #expect(try file.tensors["labels"]?.int64s() == (0..<20).map { Int64($0 / 2) })
        // A row for each class, of the same latents.
        let latents = try #require(try file.tensors["latents"]?.floats())
        #expect(Array(latents[0..<200]) == Array(latents[200..<400]))
        let wrong = try sandbox.start(["sample", "--run", run.path, "--class", "x", "--out", sandbox.file("x.png")])
        #expect(try wrong.wait() == .status(64))
        #expect(wrong.standardError.contains("there is no class 'x'"))
        let report = try sandbox.complete(["evaluate", "--run", run.path, "--count", "100"])
        #expect(report.standardOutput.contains("D(G(z))"))
    }

    /// The number of classes is left to the data, and so known only after the checkpoint was read.
    @Test func aRunBeginsFromAConditionalOne() throws {
        let sandbox = try Sandbox()
        let (first, second) = (sandbox.run("first"), sandbox.run("second"))
        let auto = ["--set", "conditional=true", "--set", "classes=auto"]
        try sandbox.complete(["train", "--preset", "dcgan-28", "--steps", "3", "--run", first.path] + auto + small)
        try sandbox.complete(
            ["train", "--from", first.path, "--preset", "dcgan-28", "--steps", "2", "--run", second.path] + auto + small
        )
        #expect(try second.newestCheckpoint().classes?.names.count == 10)
        // Its own configuration, which has the number, and one without classes.
        try sandbox.complete(["train", "--from", first.path, "--steps", "1", "--run", sandbox.file("third")])
        let plain = try sandbox.start(
            ["train", "--from", first.path, "--preset", "dcgan-28", "--run", sandbox.file("plain")] + small)
        #expect(try plain.wait() == .status(78), "\(plain)")
        #expect(plain.standardError.contains("error: --from: tensor '"), "\(plain)")
        // A checkpoint without classes, under a configuration that takes as many as the data have.
        let unlabelled = sandbox.run("unlabelled")
        try sandbox.complete(["train", "--preset", "dcgan-28", "--steps", "2", "--run", unlabelled.path] + small)
        let other = try sandbox.start(
            ["train", "--from", unlabelled.path, "--preset", "dcgan-28", "--run", sandbox.file("other")] + auto + small)
        #expect(try other.wait() == .status(78), "\(other)")
        #expect(other.standardError.contains("error: --from: tensor '"), "\(other)")
        #expect(!FileManager.default.fileExists(atPath: sandbox.file("other")))
    }

    @Test func dataWithoutClassesAreRefused() throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.folder("photos")
        for name in ["a", "b", "c", "d"] {
            let image = RasterImage(width: 28, height: 28, channels: 1, pixels: [UInt8](repeating: 90, count: 784))
            try Data(try PNGImage.encode(image)).write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
        }
        let process = try sandbox.start(
            [
                "train", "--preset", "digits", "--data", "images:\(folder)", "--run", sandbox.file("r"), "--set",
                "batch.shards=1", "--set", "batch.shardBatch=2",
            ])
        #expect(try process.wait() == .status(78))
        #expect(process.standardError.contains("conditional"))
        let plain = sandbox.run("plain")
        try sandbox.complete(["train", "--preset", "dcgan-28", "--steps", "2", "--run", plain.path] + small)
        let drawn = try sandbox.start(["sample", "--run", plain.path, "--class", "3", "--out", sandbox.file("x.png")])
        #expect(try drawn.wait() == .status(64))
        #expect(drawn.standardError.contains("know no classes"))
    }
}
