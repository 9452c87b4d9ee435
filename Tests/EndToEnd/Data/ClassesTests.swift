import FileFormats
import Foundation
import Testing

/// The classes of a data set: said at the start, fixed by a run's list, chosen for a grid.
@Suite struct ClassesTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    /// 24 images in three folders.
    private func photos(_ name: String = "photos") throws -> PhotoFolder {
        let photos = try PhotoFolder(name, count: 0, in: sandbox)
        for (folder, numbers) in [("cat", 0..<8), ("dog", 8..<15), ("owl", 15..<24)] {
            _ = try sandbox.folder("\(name)/\(folder)")
            for number in numbers { try photos.add("\(folder)/\(PhotoFolder.name(number))", number) }
        }
        return photos
    }

    private func list(of run: RunFolder) throws -> String {
        try String(contentsOfFile: "\(run.path)/files.txt", encoding: .utf8)
    }

    @Test("are said at the start and by data check; an image beside their folders is said to drop them")
    func areSaid() throws {
        let photos = try photos()
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + photos.arguments(run, steps: 2))
        #expect(run.log.contains("24 samples in 3 classes: cat 8, dog 7, owl 9"), "\(run.log)")
        let check = try sandbox.complete(["data", "check", photos.path])
        #expect(check.standardOutput.contains(/classes +3 classes: cat 8, dog 7, owl 9/), "\(check)")
        let json = try sandbox.complete(["data", "check", photos.path, "--json"]).standardOutput
        #expect(json.contains(#""classes":[{"name":"cat","samples":8},{"name":"dog","samples":7}"#), "\(json)")
        let report = try sandbox.complete(["inspect", "--data", "images:\(photos.path)"])
        #expect(report.standardOutput.contains(/classes +3\n +cat +8 +▆/), "\(report)")
        try photos.add("loose.png", 77)
        let note = "1 image lies outside the class folders (loose.png), so no labels are used"
        for arguments in [
            ["train"] + photos.arguments(sandbox.run("loose"), steps: 2), ["data", "check", photos.path],
            ["inspect", "--data", "images:\(photos.path)"],
        ] {
            let process = try sandbox.complete(arguments)
            #expect((process.standardOutput + process.standardError).contains(note), "\(process)")
        }
    }

    @Test("a run that an earlier release began goes on without a warning")
    func anEarlierRelease() throws {
        let photos = try photos()
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + photos.arguments(run, steps: 10))
        // Version 1 of the list has neither the classes nor a label in each line.
        let text = try list(of: run)
        let (first, rest) = (text.prefix { $0 != "\n" }, text.split(separator: "\n").dropFirst())
        #expect(first == "ganglion known-files 2 24 3 ")
        let lines = rest.dropFirst(4).map { $0.replacing(#/^(\d+) \d+ /#) { "\($0.1) " } }
        let old = (["ganglion known-files 1 24 ", "\(photos.path)"] + lines).joined(separator: "\n") + "\n"
        #expect(rest.dropFirst(3).first == "\(photos.path)")
        try Data(old.utf8).write(to: URL(fileURLWithPath: "\(run.path)/files.txt"))
        let process = try sandbox.complete(["train", "--resume", "--run", run.path, "--steps", "20"])
        #expect(!process.standardError.contains("warning"), "\(process)")
        #expect(try list(of: run).hasPrefix("ganglion known-files 2 24 3 \ncat\ndog\nowl\n"))

        let glyphs = sandbox.run("glyphs")
        let small = ["--set", "batch.shards=1", "--set", "batch.shardBatch=4", "--preset", "lenet-28"]
        try sandbox.complete(
            ["train", "--data", "glyphs", "--steps", "3", "--checkpoint-every", "3", "--run", glyphs.path] + small)
        var forged = try ForgedCheckpoint(glyphs.checkpoint(3))
        try forged.withoutClasses()
        let resumed = try sandbox.complete(["train", "--resume", "--run", glyphs.path, "--steps", "5"])
        #expect(!resumed.standardError.contains("warning"), "\(resumed)")
    }

    @Test("keep their numbers in a run: a new folder comes behind, one that is gone leaves its number")
    func numbersStay() throws {
        let photos = try photos()
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + photos.arguments(run, steps: 10))
        _ = try sandbox.folder("photos/ant")
        for number in 30..<34 { try photos.add("ant/\(number).png", number) }
        try FileManager.default.removeItem(atPath: photos.file("dog"))
        let process = try sandbox.complete(["train", "--resume", "--run", run.path, "--steps", "20"])
        for words in [
            "21 samples in 4 classes: cat 8, dog 0, owl 9, ant 4", "1 class new: ant; 1 class gone: dog",
        ] {
            #expect(process.standardError.contains(words), "\(process)")
        }
        #expect(try list(of: run).hasPrefix("ganglion known-files 2 21 4 \ncat\ndog\nowl\nant\n"))
    }

    @Test("a worker that has other labels is refused")
    func otherLabels() throws {
        for (name, shift) in [("one", 0), ("two", 1)] {
            _ = try sandbox.folder(name)
            _ = try sandbox.file("\(name)/train-images-idx3-ubyte", holding: IDXFixture.images(count: 100))
            var labels = IDXFixture.labels(count: 100)
            for place in 8..<labels.count { labels[place] = (labels[place] + UInt8(shift)) % 10 }
            _ = try sandbox.file("\(name)/train-labels-idx1-ubyte", holding: labels)
        }
        let run = sandbox.run("run")
        let coordinator = try sandbox.start([
            "coordinator", "--bind", "tcp://127.0.0.1:0", "--data", "mnist:\(sandbox.file("one"))", "--preset",
            "lenet-28", "--set", "batch.shards=1", "--set", "batch.shardBatch=4", "--steps", "5", "--run", run.path,
        ])
        let endpoint = try Cluster.endpoint(of: coordinator)
        let worker = try sandbox.start(["worker", "--connect", endpoint, "--data", "mnist:\(sandbox.file("two"))"])
        #expect(try worker.wait() != .status(0))
        #expect(
            worker.standardError.contains(/reads other data \(100 samples, .*, 10 classes [0-9a-f]{16}\)/), "\(worker)")
        let good = try sandbox.start(["worker", "--connect", endpoint, "--data", "mnist:\(sandbox.file("one"))"])
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try good.wait() == .status(0), "\(good)")
    }

    @Test("are chosen for a grid by name or number, or shown side by side")
    func grids() throws {
        let photos = try photos()
        func grid(_ arguments: String...) throws -> GanglionProcess {
            try sandbox.complete(
                ["data", "grid", "--data", "images:\(photos.path)", "--out", sandbox.file("grid.png")] + arguments)
        }
        #expect(
            try grid("--class", "dog").standardOutput.hasPrefix("7 samples of images in \(photos.path), class dog: "))
        #expect(try grid("--class", "2", "--first", "5").standardOutput.hasPrefix("4 samples of"))
        let all = try grid("--class", "all", "--count", "20")
        #expect(all.standardOutput.hasPrefix("18 samples of") && all.standardOutput.contains("columns: cat, dog, owl"))
        for (arguments, words) in [
            (["--class", "dgo"], "there is no class 'dgo'; expected one of cat, dog, owl, or a number from 0 to 2"),
            (["--class", "3"], "there is no class '3'"),
            (["--class", "dog", "--first", "7"], "expected 0 to 6, got 7"),
        ] {
            let process = try sandbox.start(
                ["data", "grid", "--data", "images:\(photos.path)", "--out", sandbox.file("no.png")] + arguments)
            #expect(try process.wait() == .status(64), "\(process)")
            #expect(process.standardError.contains(words), "\(process)")
        }
        try photos.add("loose.png", 77)
        let process = try sandbox.start([
            "data", "grid", "--data", "images:\(photos.path)", "--out", sandbox.file("no.png"), "--class", "dog",
        ])
        #expect(try process.wait() == .status(64))
        #expect(process.standardError.contains("the data set has no classes: 1 image lies outside"), "\(process)")
    }
}
