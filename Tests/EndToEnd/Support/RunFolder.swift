import Foundation
import RunConfiguration
import Runs

/// A run's directory as a test looks at it.
struct RunFolder {
    let path: String
    /// The folder stays as long as this does.
    private let sandbox: Sandbox

    init(_ name: String, in sandbox: Sandbox) {
        path = sandbox.file(name)
        self.sandbox = sandbox
    }

    func checkpoint(_ step: Int) -> String {
        let digits = String(step)
        return "\(path)/checkpoints/step-" + String(repeating: "0", count: 6 - digits.count) + "\(digits).safetensors"
    }

    /// Whether there is a checkpoint of a step or of a later one: the first may have made place for others already.
    func hasReached(_ step: Int) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints")) ?? []
        return names.contains { name in
            guard let match = name.wholeMatch(of: /step-(\d+)\.safetensors/), let found = Int(match.1) else {
                return false
            }
            return found >= step
        }
    }

    /// The step of the newest checkpoint, 0 without one.
    var newestStep: Int {
        let files = try? RunDirectory.open(at: path).checkpoints()
        return files?.last.map { Int($0.step) } ?? 0
    }

    /// The newest checkpoint, which must be good.
    func newestCheckpoint() throws -> Checkpoint {
        let newest = try RunDirectory.open(at: path).newestGoodCheckpoint { bad in
            fatalError("a checkpoint that was written whole is bad: \(bad)")
        }
        guard let newest else { throw TestFailure("\(path) has no checkpoint") }
        return newest.checkpoint
    }

    /// The SHA-256 of the state after `step` steps: parameters, Adam's moments, running statistics, average, counters.
    func stateSHA256(afterStep step: Int) throws -> String {
        let checkpoint = try newestCheckpoint()
        guard checkpoint.step == step else {
            throw TestFailure("the newest checkpoint of \(path) is of step \(checkpoint.step), not \(step)")
        }
        return checkpoint.parametersSHA256
    }

    /// The newest step whose end a run that was stopped somewhere has passed by, of those with a checkpoint.
    func newestStepBehind() throws -> Int {
        let checkpoints = try RunDirectory.open(at: path).checkpoints()
        // The newest one was written where it was stopped, which may be within the step after.
        guard checkpoints.count > 1 else { throw TestFailure("\(path) has \(checkpoints.count) checkpoints") }
        return Int(checkpoints[checkpoints.count - 2].step)
    }

    /// The newest step that has a checkpoint; 0 where none has.
    func newestCheckpointedStep() throws -> Int { Int(try RunDirectory.open(at: path).checkpoints().last?.step ?? 0) }

    /// The SHA-256 of the state in a step's checkpoint.
    func stateSHA256(inCheckpoint step: Int) throws -> String {
        try Checkpoint(contentsOf: checkpoint(step)).parametersSHA256
    }

    /// The steps that `metrics.jsonl` tells of, in its order.
    func metricsSteps() throws -> [Int] {
        try MetricsLog.read(path: "\(path)/metrics.jsonl").map { Int($0.metrics.step) }
    }

    /// The verdicts on the training that `metrics.jsonl` tells of, each once where it begins.
    func verdicts() throws -> [TrainingHealth.Verdict] {
        var verdicts: [TrainingHealth.Verdict] = []
        for case let verdict? in try MetricsLog.read(path: "\(path)/metrics.jsonl").map(\.health)
        where verdicts.last != verdict { verdicts.append(verdict) }
        return verdicts
    }

    var log: String {
        String(decoding: FileManager.default.contents(atPath: "\(path)/log.txt") ?? Data(), as: UTF8.self)
    }

    /// Files that were begun and not finished.
    var unfinishedFiles: [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".incomplete") || $0.hasSuffix(".tmp") }
    }
}
