import Datasets
import Foundation
import RunConfiguration
import Runs

/// Judges the checkpoints of a run as they come, beside the run, and writes a line of each to its `evaluations.jsonl`. Where
/// the run keeps its best checkpoint (`output.keepBest`), this puts back a best one that the run removed in the meantime.
package final class CheckpointWatch {
    /// How long to wait for a new checkpoint before looking again, seconds.
    private static let pause = 0.5

    private let directory: RunDirectory
    private let log: EvaluationLog
    /// Steps between two judged checkpoints; 0 for every one.
    private let every: Int
    private let evaluation: Evaluation
    private let report: (String) -> Void
    private var judged: Set<UInt64>
    private var lastJudged: UInt64?
    /// The best of those that were judged here, with what its file holds.
    private var best: (step: UInt64, checkpoint: Checkpoint)?

    /// - Parameters:
    ///   - every: the first checkpoint after each so many steps is judged; 0 for every checkpoint.
    ///   - report: takes a line about each checkpoint.
    /// - Throws: `RunError` where there is no run, `DatasetError` where its data cannot be read.
    package init(
        run: String, every: Int, settings: Evaluation.Settings, data: DatasetSpecification?, display: ProgressDisplay?,
        report: @escaping (String) -> Void
    ) throws {
        directory = try RunDirectory.open(at: run)
        let configuration = try directory.configuration()
        (self.every, self.report) = (every, report)
        log = EvaluationLog(directory)
        let known = try log.entries()
        judged = Set(known.map(\.step))
        lastJudged = known.map(\.step).max()
        evaluation = Evaluation(
            try EvaluationData(configuration, data: data), settings, display: display)
    }

    /// Judges checkpoints until the run's last one.
    package func run() throws {
        while true {
            let steps = UInt64(try directory.configuration().recipe.steps)
            let files = try directory.checkpoints()
            // The newest first: where judging is slower than training, some in between are passed over.
            if let file = files.last(where: { isDue($0.step, last: steps) }) {
                try judge(file)
            } else if lastJudged.map({ $0 >= steps }) ?? false {
                return try keepBest()
            } else {
                Thread.sleep(forTimeInterval: Self.pause)
            }
            try keepBest()
        }
    }

    private func isDue(_ step: UInt64, last: UInt64) -> Bool {
        guard step > 0, !judged.contains(step), step > lastJudged ?? 0 else { return false }
        guard every > 0, step < last else { return true }
        return step / UInt64(every) > (lastJudged ?? 0) / UInt64(every)
    }

    private func judge(_ file: RunDirectory.CheckpointFile) throws {
        judged.insert(file.step)
        lastJudged = max(lastJudged ?? 0, file.step)
        let loaded: LoadedCheckpoint
        do {
            loaded = try LoadedCheckpoint(file: file.path)
        } catch let error as RunError {
            // The run removes old ones; one that is bad is its own to report.
            if error.category != .missing { report("step \(file.step) is not judged: \(error)") }
            return
        }
        let result = try evaluation.judge(loaded)
        let before = try log.entries().compactMap(\.frechetDistance).min()
        try log.append(try result.json())
        if let distance = result.frechetDistance, distance < before ?? .infinity {
            best = (file.step, loaded.checkpoint)
        }
        report(result.summary)
    }

    /// Puts the best checkpoint back where the run has removed it before it was known to be the best.
    private func keepBest() throws {
        guard let best, try directory.configuration().output.keepBest == .frechet else { return }
        let path = directory.checkpointPath(step: best.step)
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try best.checkpoint.write(to: path)
    }
}

extension EvaluationReport {
    /// "step 500: Fréchet distance 12.34 (training images 2.60), coverage 0.812 (0.905)"
    package var summary: String {
        var parts: [String] = []
        for kind in [Figure.Kind.frechetDistance, .coverage] {
            guard let figure = figures?[kind.rawValue] else { continue }
            let floor = figure.training.map { " (training images \($0.text.value))" } ?? ""
            parts.append("\(kind.title) \(figure.generated.text.value)\(floor)")
        }
        if let modesCovered, let modes { parts.append("\(modesCovered) of \(modes) modes") }
        if parts.isEmpty, let valueFunction { parts.append("V(D,G) \(ReportNumber.fixed(valueFunction, 4))") }
        return "step \(step ?? 0): " + parts.joined(separator: ", ")
    }
}
