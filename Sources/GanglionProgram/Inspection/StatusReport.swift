import Coordination
import Foundation

/// A cluster's status in words and a table.
enum StatusReport {
    static func text(_ status: ClusterStatus) -> String {
        var lines = [
            "run       \(status.run)",
            "step      \(status.step) of \(status.steps), \(number(status.stepsPerSecond, 2)) steps/s",
            "workers   \(status.workers.filter(\.isReady).count) ready, \(status.minWorkers) needed,"
                + " \(status.shards) shards",
        ]
        if status.waitingSeconds > 0 { lines.append("waiting   for workers, since \(Int(status.waitingSeconds)) s") }
        let rejected = status.rejected
        lines.append(
            "dropped   \(rejected.stale) stale, \(rejected.duplicate) twice, \(rejected.malformed) nonsense, \(rejected.damaged) damaged,"
                + " \(rejected.cutOff) of peers that are cut off")
        guard !status.workers.isEmpty else { return lines.joined(separator: "\n") }
        let header = [
            "worker", "threads", "shards", "answered", "ms/shard", "missed", "wrong", "dropped", "last heard",
        ]
        let rows = status.workers.map { worker in
            [
                worker.name + (worker.isReady ? "" : " (joining)"), "\(worker.threads)", "\(worker.shards)",
                "\(worker.answeredShards)", number(worker.millisecondsPerShard, 1), "\(worker.missedRounds)",
                "\(worker.wrongShards)", "\(worker.rejected)", number(worker.lastHeardSeconds, 1) + " s",
            ]
        }
        lines.append("")
        lines += table([header] + rows)
        return lines.joined(separator: "\n")
    }

    /// One line, for the end of what is watched.
    static func json(_ end: RunEnd, step: UInt64, steps: UInt64) -> String {
        struct Line: Encodable {
            var ended = true
            var finished: Bool
            var reason: String
            var run: String?
            var step: UInt64
            var steps: UInt64
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = Line(finished: end.finished, reason: end.reason, run: end.run, step: step, steps: steps)
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? #"{"ended":true}"#
    }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    /// Columns as wide as their widest text: the first to the left, the others to the right.
    private static func table(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        return rows.map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }
            .joined(separator: "  ")
        }
    }
}
