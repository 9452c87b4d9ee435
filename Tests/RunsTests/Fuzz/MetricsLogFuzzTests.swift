import FileFormats
import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// Good metrics made wrong in every way that a seed finds: read, or the line is named; cutting back never makes a file worse.
@Suite struct MetricsLogFuzzTests {
    private static let words = [
        "step", "value", "workers", "null", "true", "{", "}", "[", "]", ":", ",", "\"", "\\ud800",
    ]

    @Test func isReadOrRefused() throws {
        let good = (1...4 as ClosedRange<UInt64>).map { MetricsLogTests.record($0).json + "\n" }.joined()
        let outcome = try FuzzCampaign(file: "metrics.jsonl", iterations: 500).run { random in
            var text = Array(good.utf8)
            if random.chance(0.8) {
                TextMutation.apply(to: &text, words: Self.words, &random)
            } else {
                ByteMutation.apply(to: &text, &random)
            }
            return text
        } sentence: {
            ($0 as? RunError).flatMap { $0.category == .data ? $0.description : nil }
        } read: { path in
            let before = try InputFile.bytes(of: path, limit: 1 << 20)
            do {
                let records = try MetricsLog.read(path: path)
                _ = try MetricsLog.last(path: path)
                try MetricsLog.cut(path: path, after: 2)
                let kept = try MetricsLog.read(path: path)
                // By their steps: not-a-number equals nothing.
                let steps = records.map(\.metrics.step).filter { $0 <= 2 }
                return kept.map(\.metrics.step) == steps ? nil : "kept \(kept.map(\.metrics.step)) of \(steps)"
            } catch {
                #expect(throws: RunError.self) { try MetricsLog.cut(path: path, after: 2) }
                guard try InputFile.bytes(of: path, limit: 1 << 20) == before else { return "was changed" }
                throw error
            }
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > 0)
        #expect(outcome.memoryGrowth < 1 << 30)
    }
}
