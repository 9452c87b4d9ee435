import FileFormats
import Foundation
import RunConfiguration
import Runs

/// A run in words: how far it is, and what it has written.
struct RunReport {
    let text: String

    /// - Throws: `RunError` if there is no run, or its configuration or its metrics are broken.
    init(_ path: String) throws {
        let directory = try RunDirectory.open(at: path)
        let configuration = try directory.configuration()
        let checkpoints = try directory.checkpoints()
        let last = try MetricsLog.last(path: directory.metricsPath)
        let (recipe, cluster) = (configuration.recipe, configuration.cluster)
        var report = ReportText()
        var bad: [String: RunError] = [:]
        let newest = try? directory.newestGoodCheckpoint { error in
            for file in checkpoints where error.place.hasPrefix(file.path) { bad[file.path] = error }
        }
        let step = max(last?.metrics.step ?? 0, newest?.checkpoint.step ?? 0)
        report.add(line: "\(directory.path): \(configuration.preset.rawValue), step \(step) of \(recipe.steps)")
        report.add("data", configuration.data.source)
        report.add("recipe", RecipeText.line(recipe))
        report.add(
            "cluster",
            "\(cluster.workers) worker\(cluster.workers == 1 ? "" : "s") of "
                + (cluster.threads.map { "\($0) thread\($0 == 1 ? "" : "s")" } ?? "a thread for each core"))
        if let last { Self.add(last, to: &report) } else { report.add("metrics", "none yet") }
        report.add(
            "checkpoints", checkpoints.isEmpty ? "none yet" : "\(checkpoints.count) in \(directory.checkpointsPath)")
        report.add(
            table: checkpoints.map { file in
                [
                    "            ", AtomicFile.split(file.path).name,
                    ReportText.size(ofFile: file.path).map(ReportText.megabytes) ?? "gone",
                    Self.fault(of: file, bad[file.path]) ?? "",
                ]
            }, right: [2])
        let samples = (try? FileManager.default.contentsOfDirectory(atPath: directory.samplesPath)) ?? []
        if let newest = samples.filter({ $0.hasSuffix(".png") && !$0.hasPrefix(".") }).max() {
            report.add("samples", "\(directory.samplesPath)/\(newest)")
        }
        text = report.text
    }

    /// What is wrong with a checkpoint; nil for a good one, and for an older one whose header is good.
    private static func fault(of file: RunDirectory.CheckpointFile, _ error: RunError?) -> String? {
        guard access(file.path, R_OK) == 0 else { return "may not be read: not used" }
        if let step = CheckpointHeader.step(of: file.path), step != file.step {
            return "is of step \(step), not of the one that its name says: not used"
        }
        if let error { return "\(error.problem): not used" }
        return CheckpointHeader.step(of: file.path) == nil ? "is no checkpoint: not used" : nil
    }

    private static func add(_ record: MetricsRecord, to report: inout ReportText) {
        let metrics = record.metrics
        func figure(_ number: Double) -> String { String(format: "%.3f", number) }
        var parts = ScoreText.parts(metrics)
        parts.append("losses \(figure(metrics.discriminatorLoss)) (D), \(figure(metrics.generatorLoss)) (G)")
        report.add("step \(metrics.step)", parts.joined(separator: ", "))
        if record.imagesPerSecond.isFinite {
            report.add(
                "pace",
                String(format: "%.0f samples/s with ", record.imagesPerSecond)
                    + "\(record.workers) worker\(record.workers == 1 ? "" : "s")")
        }
    }
}
