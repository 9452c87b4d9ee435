import Datasets
import FileFormats
import Foundation
import Runs
import Testing

/// `evaluate` as a user types it.
@Suite struct EvaluationTests {
    private let sandbox: Sandbox
    private let run: RunFolder
    private static let task = TrainingTask(preset: "lenet-28", settings: ["output.keep=2"])

    init() throws {
        sandbox = try Sandbox()
        run = sandbox.run("run")
    }

    private func lines(_ run: RunFolder) throws -> [[String: Any]] {
        let text = try String(contentsOfFile: "\(run.path)/evaluations.jsonl", encoding: .utf8)
        return try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// The process beside the training judges its checkpoints, the best one stays, and the state is that of a training alone.
    @Test func judgingBesideTheTrainingChangesNoBit() throws {
        let quiet = try QuietRuns.shared.stateSHA256(of: TrainingTask(preset: "lenet-28"))
        try sandbox.complete(
            [
                "train", "--evaluate-every", "10", "--evaluate-count", "300", "--evaluate-features", "random", "--set",
                "output.keepBest=frechet",
            ]
                + Self.task.arguments(run, checkpointEvery: 5))
        #expect(try run.stateSHA256(afterStep: TrainingTask.steps) == quiet)
        let lines = try lines(run)
        let steps = lines.compactMap { $0["step"] as? Int }
        #expect(steps.last == TrainingTask.steps && steps == steps.sorted() && Set(steps).count == steps.count)
        let distances = lines.compactMap { $0["frechetDistance"] as? Double }
        #expect(distances.count == lines.count)
        let best = try #require(zip(distances, steps).min { $0.0 < $1.0 }?.1)
        #expect(FileManager.default.fileExists(atPath: run.checkpoint(best)))
        #expect(lines.allSatisfy { $0["features"] != nil && $0["figures"] != nil && $0["comparedWith"] != nil })
    }

    @Test func watchingAnEndedRunJudgesItsLastCheckpointOnce() throws {
        try sandbox.complete(["train"] + Self.task.arguments(run, steps: 3))
        let watch = ["evaluate", "--run", run.path, "--watch", "--count", "150", "--features", "random"]
        #expect(try sandbox.complete(watch).standardOutput.hasPrefix("step 3: Fréchet distance "))
        #expect(try sandbox.complete(watch).standardOutput.isEmpty)
        #expect(try lines(run).map { $0["step"] as? Int } == [3])
    }

    @Test func samplesOfAFolderAndOfAFileAreJudgedAlike() throws {
        try sandbox.complete(["train"] + Self.task.arguments(run, steps: 2))
        let (file, drawn) = (sandbox.file("drawn.safetensors"), sandbox.file("drawn"))
        for (format, path) in [("safetensors", file), ("folder", drawn)] {
            try sandbox.complete(
                ["sample", "--run", run.path, "--count", "150", "--format", format, "--out", path])
        }
        let picture = sandbox.file("pairs.png")
        let reports = try [
            ["--samples", file, "--run", run.path], ["--samples", drawn, "--data", "glyphs", "--nearest", picture],
        ].map { source in
            let output = try sandbox.complete(
                ["evaluate", "--features", "random", "--count", "200", "--json"] + source
            ).standardOutput
            return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
        #expect(reports.map { $0["samples"] as? Int } == [150, 150])
        let coverage = reports.map { report in
            let figures = report["figures"] as? [String: [String: [String: Any]]]
            return figures?["coverage"]?["generated"]?["value"] as? Double
        }
        // The folder's pixels are rounded to bytes; the data's seed is the run's in one, 0 in the other.
        #expect(coverage.allSatisfy { $0 != nil })
        #expect(try InputFile.beginning(of: picture, count: 4) == [0x89, 0x50, 0x4E, 0x47])
    }

    /// A share of a folder is not trained on; it enters the digest, and `evaluate` compares with it.
    @Test func whatIsHeldOutIsNotTrainedOn() throws {
        let photos = try PhotoFolder("photos", count: 40, in: sandbox)
        let held = photos.arguments(run, steps: 2, options: ["--set", "data.holdOut=0.25"])
        let training = try sandbox.complete(["train"] + held)
        #expect(training.standardError.contains("30 samples"), "\(training)")
        let known = try String(contentsOfFile: "\(run.path)/files.txt", encoding: .utf8)
        #expect(known.contains(" 30 "))
        let report = try sandbox.complete(["evaluate", "--run", run.path, "--features", "random"]).standardOutput
        #expect(report.contains("against 10 of images in") && !report.contains("compared with training"), "\(report)")
        let plain = sandbox.run("plain")
        try sandbox.complete(["train"] + photos.arguments(plain, steps: 2))
        let other = try sandbox.complete(["evaluate", "--run", plain.path, "--features", "random"]).standardOutput
        #expect(other.contains("compared with training images (data.holdOut keeps some out)"), "\(other)")
        #expect(try run.newestCheckpoint().recipeDigest != plain.newestCheckpoint().recipeDigest)
        // Workers read the list; a resumed run goes on with it.
        try sandbox.complete(["train", "--run", run.path, "--resume", "--steps", "4"])
    }

    @Test func wrongFlagsAreNamed() throws {
        for (arguments, words) in [
            (["--samples", "x"], "--samples needs the data to compare with"),
            (["--run", "x", "--features", "vgg"], "expected judge, random, pixels"),
            (["--watch", "--checkpoint", "x"], "give it with --run DIR"),
            (["--run", "x", "--every", "5"], "--every belongs to --watch"),
            (["--run", "x", "--nearest", "pairs.jpg"], "ends in .png"),
        ] {
            let process = try sandbox.start(["evaluate"] + arguments)
            #expect(try process.wait() == .status(64))
            #expect(process.standardError.contains(words), "\(process.standardError)")
        }
    }
}
