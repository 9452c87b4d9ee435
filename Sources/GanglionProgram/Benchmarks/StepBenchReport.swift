import Coordination
import Foundation
import Runs
import TensorCore

/// What `bench --verbose` says: where the time of rounds and of instructions went.
enum StepBenchReport {
    /// Instructions that are listed one by one.
    private static let listed = 20

    static func rounds(_ rounds: CoordinatorStatistics) -> String {
        guard rounds.rounds > 0 else { return "no round was timed" }
        func perRound(_ nanoseconds: UInt64) -> String { "\(nanoseconds / 1000 / rounds.rounds) µs" }
        func bytes(_ count: UInt64) -> String { "\(ReportText.grouped(Int(count / rounds.rounds))) bytes" }
        var text = ReportText()
        text.add(line: "each of \(rounds.rounds) rounds, as the coordinator sees it:")
        text.add(
            table: [
                ["in all", perRound(rounds.running)],
                ["waiting for workers", perRound(rounds.waiting)],
                ["adding contributions", perRound(rounds.reducing)],
                ["checking the sum", perRound(rounds.completing)],
                ["Adam, while parameters travel", perRound(rounds.updating)],
                ["parameters published", bytes(rounds.bytesPublished)],
                ["received", bytes(rounds.bytesReceived)],
            ], right: [1])
        return text.text
    }

    /// - Parameter steps: so many whole steps were profiled.
    static func instructions(_ profile: InstructionProfile, steps: Int, shards: Int) -> String {
        func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
        let total = profile.seconds
        var text = ReportText()
        text.add(
            line: "programs of a step, \(shards) \(shards == 1 ? "shard" : "shards") on one thread: "
                + "\(number(1e3 * total / Double(steps), 2)) ms")
        let entries = profile.entries
        var rows = [["ms", "share", "count", "GFLOP/s", "instruction"]]
        rows += entries.prefix(listed).map { entry in
            [
                number(1e3 * entry.seconds / Double(steps), 3), number(100 * entry.seconds / total, 1) + " %",
                "\(entry.count / steps)", entry.gigaflops.map { number($0, 0) } ?? "", entry.label,
            ]
        }
        let rest = entries.dropFirst(listed)
        if !rest.isEmpty {
            let seconds = rest.reduce(0) { $0 + $1.seconds }
            rows.append([
                number(1e3 * seconds / Double(steps), 3), number(100 * seconds / total, 1) + " %",
                "\(rest.reduce(0) { $0 + $1.count } / steps)", "", "\(rest.count) others",
            ])
        }
        text.add(table: rows, right: [0, 1, 2, 3])
        return text.text
    }
}
