import FileFormats
import Foundation
import Testing

/// A run's list of files is fixed when it begins: what happens to the folder afterwards changes no bit, or is said.
@Suite struct ListedFilesTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    @Test("an image that is added while the run goes changes nothing, even when a worker is killed and started again")
    func aFileIsAdded() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        try sandbox.complete(["train"] + photos.arguments(sandbox.run("quiet"), steps: 300))
        let quiet = try sandbox.run("quiet").stateSHA256(afterStep: 300)
        let run = sandbox.run("disturbed")
        let process = try sandbox.start(["train"] + photos.arguments(run, steps: 300))
        try process.wait(until: "step 10") { run.hasReached(10) }
        try photos.add("00a.png", 77)
        for worker in ProcessTable.children(of: process.identifier) { kill(worker, SIGKILL) }
        #expect(try process.wait() == .status(0), "\(process)")
        #expect(try run.stateSHA256(afterStep: 300) == quiet)
        #expect(run.log.contains("data: images in \(photos.path): 24 samples"))
    }

    @Test("a run's own pictures are no data, and the log says that they were left out")
    func ownPictures() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let run = RunFolder("photos/runs/own", in: sandbox)
        let arguments = photos.arguments(run, steps: 20) + ["--sample-every", "5"]
        try sandbox.complete(["train"] + arguments)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(run.path)/samples").count == 4)
        try sandbox.complete(["train", "--resume", "--run", run.path, "--steps", "30"])
        try sandbox.complete(["train"] + photos.arguments(sandbox.run("other"), steps: 30))
        #expect(try run.stateSHA256(afterStep: 30) == sandbox.run("other").stateSHA256(afterStep: 30))
        #expect(run.log.contains("1 folder that holds a run"), "\(run.log)")
        #expect(!run.log.contains("the data are others"), "\(run.log)")
    }

    @Test("a resume says which images were added, removed or changed, and goes on with what is there")
    func otherDataAtAResume() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + photos.arguments(run, steps: 10))
        try photos.add("99.png", 99)
        unlink(photos.file("03.png"))
        // As many bytes, other ones.
        try photos.add("05.png", 5, seed: 1)
        let process = try sandbox.complete(["train", "--resume", "--run", run.path, "--steps", "40"])
        let words = [
            "the data are others: 24 images then, 24 now", "1 added: 99.png", "1 removed: 03.png",
            "05.png: the file has other bytes than in the earlier part of the run",
        ]
        for text in words {
            #expect(process.standardError.contains(text), "\(process)")
            #expect(run.log.contains(text), "\(run.log)")
        }
        // Then it is as it is.
        let again = try sandbox.complete(["train", "--resume", "--run", run.path, "--steps", "50"])
        #expect(!again.standardError.contains("warning"), "\(again)")
    }

    @Test("a resume with another folder says so; with another data set in files, too")
    func otherFolders() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let run = sandbox.run("run")
        try sandbox.complete(["train"] + photos.arguments(run, steps: 10))
        let copy = try PhotoFolder("copy", count: 24, in: sandbox)
        let moved = try sandbox.complete(
            ["train", "--resume", "--run", run.path, "--steps", "20", "--data", "images:\(copy.path)"])
        #expect(moved.standardError.contains("the data lie in another folder, with the same names and sizes"))
        for (name, count) in [("one", 100), ("two", 101)] {
            _ = try sandbox.folder(name)
            let images = IDXFixture.images(count: count)
            _ = try sandbox.file("\(name)/train-images-idx3-ubyte", holding: Array(images))
            _ = try sandbox.file("\(name)/train-labels-idx1-ubyte", holding: Array(IDXFixture.labels(count: count)))
        }
        let digits = sandbox.run("digits")
        let batch = ["--preset", "lenet-28", "--set", "batch.shards=1", "--set", "batch.shardBatch=4"]
        try sandbox.complete(
            ["train", "--data", "mnist:\(sandbox.file("one"))", "--steps", "3", "--run", digits.path] + batch)
        let same = try sandbox.complete(["train", "--resume", "--run", digits.path, "--steps", "5"])
        #expect(!same.standardError.contains("others"), "\(same)")
        let other = try sandbox.complete(
            ["train", "--resume", "--run", digits.path, "--steps", "7", "--data", "mnist:\(sandbox.file("two"))"])
        #expect(other.standardError.contains("the data are others: 100 samples"), "\(other)")
    }

    @Test("a worker elsewhere gets the list, reads its own copy of the files, and computes the same bits")
    func aWorkerWithItsOwnCopy() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let copy = try PhotoFolder("copy", count: 24, in: sandbox)
        try copy.add("00a.png", 50)
        try sandbox.complete(["train"] + photos.arguments(sandbox.run("quiet"), steps: 30))
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0"] + photos.arguments(run, steps: 30))
        let endpoint = try Cluster.endpoint(of: coordinator)
        let worker = try sandbox.start(["worker", "--connect", endpoint, "--data", "images:\(copy.path)"])
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(try run.stateSHA256(afterStep: 30) == sandbox.run("quiet").stateSHA256(afterStep: 30))
        #expect(!coordinator.standardError.contains("warning"), "\(coordinator)")
    }

    @Test("a worker whose files have other bytes is named and refused, and its numbers change no bit")
    func aWorkerWithOtherBytes() throws {
        let photos = try PhotoFolder("photos", count: 24, in: sandbox)
        let others = try PhotoFolder("others", count: 24, in: sandbox, seed: 1)
        try sandbox.complete(["train"] + photos.arguments(sandbox.run("quiet"), steps: 30))
        let run = sandbox.run("run")
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0", "--set", "cluster.minWorkers=2"]
                + photos.arguments(run, steps: 30))
        let endpoint = try Cluster.endpoint(of: coordinator)
        let good = try sandbox.start(["worker", "--connect", endpoint])
        try coordinator.wait(until: "a worker") { coordinator.standardError.contains("joined") }
        let bad = try sandbox.start(["worker", "--connect", endpoint, "--data", "images:\(others.path)"])
        #expect(try bad.wait() == .status(77), "\(bad)")
        #expect(bad.standardError.contains("its files are not those of the run"), "\(bad)")
        // The run waits for a second worker between rounds.
        let second = try sandbox.start(["worker", "--connect", endpoint])
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        for worker in [good, second] { #expect(try worker.wait() == .status(0), "\(worker)") }
        #expect(coordinator.standardError.contains("other bytes than the run's"), "\(coordinator)")
        #expect(try run.stateSHA256(afterStep: 30) == sandbox.run("quiet").stateSHA256(afterStep: 30))
    }
}
