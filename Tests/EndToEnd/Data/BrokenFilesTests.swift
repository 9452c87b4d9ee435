import Datasets
import FileFormats
import Foundation
import Testing

/// Image files that cannot be decoded, or that are gone when the training comes to them.
@Suite struct BrokenFilesTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    /// A folder of good images and three that are none.
    private func someBroken() throws -> PhotoFolder {
        let photos = try PhotoFolder("photos", count: 40, in: sandbox)
        let whole = try PhotoFolder.image(7)
        try Data(whole.prefix(whole.count / 2)).write(to: URL(fileURLWithPath: photos.file("07.png")))
        try Data("<!DOCTYPE html><html>Not found</html>".utf8).write(to: URL(fileURLWithPath: photos.file("20.png")))
        try Data().write(to: URL(fileURLWithPath: photos.file("39.png")))
        return photos
    }

    @Test("a start names all that is broken at once, by kind, and says how to go on; nothing is left behind")
    func namedAtTheStart() throws {
        let photos = try someBroken()
        var refusal = Refusal("broken images", ["train"] + photos.arguments(sandbox.run("run"), steps: 5), 65)
        refusal.words = [
            "3 of 40 images cannot be read", "07.png", "20.png", "39.png", "web page", "empty", "data check",
            "--move-broken-to", "data.onBroken=skip",
        ]
        try refusal.check(in: sandbox)
    }

    @Test("where they are skipped, the bits are the same for any number of workers and across a stop, each named once")
    func skipped() throws {
        let photos = try someBroken()
        let skip = ["--set", "data.onBroken=skip"]
        let runs = [("one", ["--workers", "1"]), ("two", ["--workers", "2"]), ("threads", ["--threads", "2"])]
        var states: Set<String> = []
        for (name, options) in runs {
            let run = sandbox.run(name)
            try sandbox.complete(["train"] + photos.arguments(run, steps: 40, options: skip + options))
            states.insert(try run.stateSHA256(afterStep: 40))
            for file in ["07.png", "20.png", "39.png"] {
                #expect(run.log.components(separatedBy: "skipped: \(photos.file(file))").count == 2, "\(run.log)")
            }
        }
        let stopped = sandbox.run("stopped")
        try sandbox.complete(["train"] + photos.arguments(stopped, steps: 17, options: skip))
        try sandbox.complete(["train", "--resume", "--run", stopped.path, "--steps", "40"])
        states.insert(try stopped.stateSHA256(afterStep: 40))
        #expect(states.count == 1)
    }

    @Test("a file that breaks while the run goes ends it with its name, what was trained is kept, and a resume goes on")
    func brokenLater() throws {
        let photos = try PhotoFolder("photos", count: 40, in: sandbox)
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0"] + photos.arguments(run, steps: 5000))
        let endpoint = try Cluster.endpoint(of: coordinator)
        // The list is made; no worker has read anything.
        unlink(photos.file("11.png"))
        let worker = try sandbox.start(["worker", "--connect", endpoint])
        #expect(try coordinator.wait() == .status(66), "\(coordinator)")
        #expect(coordinator.standardError.contains("11.png: the file is gone since the run began"), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(run.log.contains("11.png: the file is gone"), "\(run.log)")
        let resumed = try sandbox.complete(["train", "--resume", "--run", run.path, "--steps", "30"])
        #expect(resumed.standardError.contains("1 removed: 11.png"), "\(resumed)")
    }

    @Test("a worker that lacks files hands its shards back; another one computes them")
    func oneWorkerLacksFiles() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let copy = try PhotoFolder("copy", count: 24, in: sandbox)
        // Of every batch some: it cannot do without them for long.
        for number in 0..<12 { unlink(copy.file(PhotoFolder.name(2 * number))) }
        try sandbox.complete(["train"] + photos.arguments(sandbox.run("quiet"), steps: 30))
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0"] + photos.arguments(run, steps: 30))
        let endpoint = try Cluster.endpoint(of: coordinator)
        let poor = try sandbox.start(["worker", "--connect", endpoint, "--data", "images:\(copy.path)"])
        try coordinator.wait(until: "its word") {
            coordinator.standardError.contains(/hands shard . back: \S+\.png: the file is gone/)
                && coordinator.standardError.contains("no worker that is ready has the files of shard")
        }
        let whole = try sandbox.start(["worker", "--connect", endpoint])
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try whole.wait() == .status(0), "\(whole)")
        _ = try poor.wait()
        #expect(try run.stateSHA256(afterStep: 30) == sandbox.run("quiet").stateSHA256(afterStep: 30))
    }

    /// Images that take some ten milliseconds each, so many that the look before the start does not come to the last one; each
    /// but that is a link to the first.
    @Test("a broken image that the training would come to last ends the run early, by what reads ahead", .long)
    func brokenFarBehind() throws {
        let folder = try sandbox.folder("photos")
        let count = 2500
        let sampler = try ShardSampler(count: count, shards: 2, shardBatch: 4, seed: 5)
        let steps = 2 * sampler.batchesPerEpoch
        let last = try #require(Array(FirstUses(sampler, first: 0, last: UInt64(steps) - 1)).last)
        var state: UInt64 = 1
        let pixels = (0..<1024 * 1024).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let large = try PNGImage.encode(RasterImage(width: 1024, height: 1024, channels: 1, pixels: pixels))
        func name(_ number: Int) -> String { "\(folder)/\(10_000 + number).png" }
        let original = try sandbox.file("original.png", holding: large)
        for number in 0..<count where number != last { #expect(link(original, name(number)) == 0) }
        try Data(large.prefix(large.count / 2)).write(to: URL(fileURLWithPath: name(last)))
        let run = sandbox.run("run")
        let process = try sandbox.start([
            "train", "--preset", "lenet-28", "--data", "images:\(folder)", "--set", "batch.shards=2", "--set",
            "batch.shardBatch=4", "--seed", "5", "--steps", "\(steps)", "--checkpoint-every", "10", "--run", run.path,
        ])
        #expect(try process.wait(seconds: 240) == .status(65), "\(process)")
        #expect(process.standardError.contains("\(10_000 + last).png: the PNG image is broken"), "\(process)")
        #expect(process.standardError.contains("--resume"), "\(process)")
        #expect(run.log.contains("error: "), "\(run.log)")
    }

    @Test("images that all have one colour are a warning: transparency, or a broken camera")
    func oneColour() throws {
        let folder = try sandbox.folder("photos")
        // Black, wholly transparent, 4 × 4: made with Pillow.
        let clear =
            "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAYAAACp8Z5+AAAADElEQVR4nGNgoBwAAABEAAHX40j9AAAAAElFTkSuQmCC"
        for number in 0..<8 {
            _ = try sandbox.file("photos/\(number).png", holding: Array(try #require(Data(base64Encoded: clear))))
        }
        let arguments = [
            "train", "--preset", "lenet-28", "--data", "images:\(folder)", "--set", "batch.shards=1", "--set",
            "batch.shardBatch=4", "--steps", "2", "--run", sandbox.run("run").path,
        ]
        let process = try sandbox.complete(arguments)
        #expect(process.standardError.contains("all 8 images that were looked at are of one colour"), "\(process)")
        #expect(process.standardError.contains("data.ground"), "\(process)")
    }
}
