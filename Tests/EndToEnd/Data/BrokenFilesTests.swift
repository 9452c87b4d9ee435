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

    @Test("a worker that lacks one file hands its shards back and stays; the other computes them")
    func oneWorkerLacksAFile() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let copy = try PhotoFolder("copy", count: 24, in: sandbox)
        unlink(copy.file("05.png"))
        try sandbox.complete(["train"] + photos.arguments(sandbox.run("quiet"), steps: 30))
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0", "--set", "cluster.minWorkers=2"]
                + photos.arguments(run, steps: 30))
        let endpoint = try Cluster.endpoint(of: coordinator)
        let workers = [
            try sandbox.start(["worker", "--connect", endpoint, "--data", "images:\(copy.path)"]),
            try sandbox.start(["worker", "--connect", endpoint]),
        ]
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        for worker in workers { #expect(try worker.wait() == .status(0), "\(worker)") }
        #expect(coordinator.standardError.components(separatedBy: "05.png: the file is gone").count == 2)
        #expect(try run.stateSHA256(afterStep: 30) == sandbox.run("quiet").stateSHA256(afterStep: 30))
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
