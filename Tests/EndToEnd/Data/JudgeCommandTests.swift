import Foundation
import Testing

/// `ganglion judge`: a judge of a folder of images, kept in the user's cache.
@Suite struct JudgeCommandTests {
    private let sandbox: Sandbox
    private let data: String

    init() throws {
        sandbox = try Sandbox()
        for (seed, name) in ["cats", "dogs"].enumerated() {
            _ = try PhotoFolder("photos/\(name)", count: 12, in: sandbox, seed: 100 * seed)
        }
        data = "images:\(sandbox.file("photos"))"
    }

    private func judge(_ arguments: [String]) throws -> GanglionProcess {
        let process = try sandbox.start(
            ["judge"] + arguments, launcher: ["/usr/bin/env", "XDG_CACHE_HOME=\(sandbox.file("cache"))"])
        _ = try process.wait()
        return process
    }

    private func line(_ process: GanglionProcess) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(process.standardOutput.utf8))
        return try #require(object as? [String: Any], "\(process)")
    }

    @Test("what is trained is kept by its data, shown, and the same for any number of threads")
    func trainAndShow() throws {
        let options = ["--data", data, "--size", "16", "--json"]
        let before = try judge(["show"] + options)
        #expect(
            before.standardError.contains("has no judge yet; expected one in \(sandbox.file("cache"))/ganglion/judges/")
        )
        #expect(before.standardError.contains("make it with: ganglion judge train --data \(data)"))
        let trained = try line(try judge(["train", "--epochs", "2", "--threads", "1"] + options))
        let path = try #require(trained["judge"] as? String)
        #expect(path.hasPrefix(sandbox.file("cache") + "/ganglion/judges/"))
        #expect(trained["classes"] as? [String] == ["cats", "dogs"])
        #expect(trained["image"] as? String == "16x16x3")
        let shown = try line(try judge(["show"] + options))
        #expect(NSDictionary(dictionary: shown) == NSDictionary(dictionary: trained))
        #expect(try judge(["show", path]).standardOutput.contains("2 classes: cats, dogs"))
        let elsewhere = try line(
            try judge(["train", "--epochs", "2", "--threads", "3", "--out", sandbox.file("own")] + options))
        #expect(elsewhere["identity"] as? String == trained["identity"] as? String)
        // Another size has another judge.
        #expect(try judge(["show", "--data", data]).standardError.contains("has no judge yet"))
    }

    @Test("what has no judge, and what is none, gets a sentence and its exit code")
    func refusals() throws {
        let points = try judge(["train", "--data", "ring-2d"])
        #expect(try points.wait() == .status(65))
        #expect(points.standardError.contains("--data: ring-2d is a set of points"))
        let file = try sandbox.file("text", holding: Array("no judge".utf8))
        let other = try judge(["show", file])
        #expect(try other.wait() == .status(65))
        #expect(other.standardError.hasPrefix("ganglion: error: \(file): "))
        #expect(try judge(["show", sandbox.file("missing")]).wait() == .status(66))
        #expect(try judge(["show"]).wait() == .status(64))
        #expect(try judge(["train", "--data", data, "--size", "x"]).wait() == .status(64))
    }
}
