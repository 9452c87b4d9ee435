import Foundation
import Testing

/// `ganglion status`, of runs of this machine by their directory.
@Suite struct StatusTests {
    private let sandbox: Sandbox
    private let run: RunFolder

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
    }

    private var watch: [String] { ["status", "--run", run.path, "--watch"] }

    private func train(workers: Int = 1) throws -> GanglionProcess {
        let process = try sandbox.start(["train", "--workers", "\(workers)"] + endlessTraining(run))
        try process.wait(until: "step 5") { run.hasReached(5) }
        return process
    }

    @Test func aTrainingIsFoundByItsDirectory() throws {
        let process = try train(workers: 2)
        let text = try sandbox.complete(["status", "--run", run.path]).standardOutput
        #expect(text.firstMatch(of: /step +\d+ of 1000000, \d+\.\d\d steps\/s/) != nil, "\(text)")
        #expect(text.contains("workers   2 ready"), "\(text)")
        let json = try sandbox.complete(["status", "--run", run.path, "--json"]).standardOutput
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        #expect((object?["step"] as? Int ?? 0) >= 5 && (object?["workers"] as? [Any])?.count == 2, "\(json)")
        process.send(SIGTERM)
        #expect(try process.wait() == .status(0), "\(process)")
        try Refusal("stopped", ["status", "--run", run.path], 75, run.path, "is not going on", "train --run")
            .check(in: sandbox)
    }

    /// The coordinator lets its own key watch; the run's directory says where that is, and has no secret.
    @Test func aCoordinatorWithKeysIsFoundToo() throws {
        let keyed = try KeyedCluster(TrainingTask(preset: "ring-2d"), in: sandbox, run: run)
        let text = try sandbox.complete(["status", "--run", run.path]).standardOutput
        #expect(text.contains("step      0 of 60") && text.contains("workers   0 ready"), "\(text)")
        // A machine whose key is on the list may watch with its own.
        let other = try sandbox.complete(["status", "--run", run.path, "--key", sandbox.file("node.key")])
        #expect(other.standardOutput.contains("step      0 of 60"), "\(other)")
        let file = try String(contentsOfFile: sandbox.file("coordinator.key"), encoding: .utf8)
        let secret = try #require(file.firstMatch(of: /secret (\S{40})/)).1
        for name in try FileManager.default.subpathsOfDirectory(atPath: run.path) {
            let content = FileManager.default.contents(atPath: "\(run.path)/\(name)") ?? Data()
            #expect(content.range(of: Data(secret.utf8)) == nil, "\(name)")
        }
        keyed.cluster.coordinator.send(SIGTERM)
        #expect(try keyed.cluster.coordinator.wait() == .status(0), "\(keyed.cluster.coordinator)")
    }

    // MARK: The end of what is watched

    @Test(arguments: [[], ["--json"]]) func watchingEndsWithTheRun(options: [String]) throws {
        let process = try train()
        let watcher = try sandbox.start(watch + options)
        try watcher.wait(until: "two answers") {
            watcher.standardOutput.components(separatedBy: options.isEmpty ? "steps/s" : "stepsPerSecond").count > 2
        }
        process.send(SIGTERM)
        #expect(try process.wait() == .status(0), "\(process)")
        #expect(try watcher.wait() == .status(0), "\(watcher)")
        let last = watcher.standardOutput.split(separator: "\n").last ?? ""
        #expect(last.contains(options.isEmpty ? "the run has ended at step" : "\"ended\":true"), "\(watcher)")
    }

    @Test func aRunThatIsCompleteHasEnded() throws {
        try sandbox.complete(["train"] + TrainingTask(preset: "ring-2d", steps: 10).arguments(run))
        let watcher = try sandbox.complete(watch)
        #expect(watcher.standardOutput == "the run has ended at step 10 of 10: the run is complete\n")
    }

    @Test func aRunWhoseCoordinatorWasKilledHasNotEnded() throws {
        let socket = "ipc://\(sandbox.file("socket"))"
        let coordinator = try sandbox.start(["coordinator", "--bind", socket] + endlessTraining(run))
        try coordinator.wait(until: "waiting") { coordinator.standardError.contains("no worker ready: waiting") }
        let watcher = try sandbox.start(watch + ["--timeout", "1"])
        try watcher.wait(until: "an answer") { watcher.standardOutput.contains("steps/s") }
        coordinator.kill()
        #expect(try watcher.wait() == .status(75), "\(watcher)")
        #expect(watcher.standardError.contains("its coordinator was killed"), "\(watcher)")
        let advice = "go on with 'ganglion coordinator --bind \(socket) --run \(run.path) --resume'"
        #expect(watcher.standardError.contains(advice), "\(watcher)")
    }

    /// `| head -1`: both ends of the pipe succeed.
    @Test func watchingEndsWhenItsReaderGoes() throws {
        let process = try train()
        let pipe = ["bash", "-c", "set -o pipefail; \"$@\" | head -1", "bash"]
        let watcher = try sandbox.complete(watch + ["--json"], launcher: pipe)
        #expect(watcher.standardOutput.split(separator: "\n").count == 1, "\(watcher)")
        #expect(process.poll() == nil)
    }
}
