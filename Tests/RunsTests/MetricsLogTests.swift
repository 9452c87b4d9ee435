import Adversarial
import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// Lines of metrics are read back as written, survive a kill, and are cut back to a checkpoint.
struct MetricsLogTests {
    static func record(_ step: UInt64, value: Double? = -1.25) -> MetricsRecord {
        MetricsRecord(
            metrics: StepMetrics(
                step: step, value: value, realScore: 0.1 + 0.2, fakeScore: 1e-9, discriminatorLoss: 0.5,
                generatorLoss: 2.25, discriminatorGradientNorm: 3, generatorGradientNorm: 1.0 / 3),
            seconds: 1.5, imagesPerSecond: 812.5, workers: 2)
    }

    @Test func linesAreReadBackAsWritten() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var records = [Self.record(1), Self.record(2, value: nil), Self.record(.max)]
        (records[1].health, records[2].health) = (.healthy, .discriminatorWinning)
        var log: MetricsLog? = try MetricsLog(path: path)
        for record in records { try log?.append(record) }
        log = nil
        #expect(try MetricsLog.read(path: path) == records)
        // Opened again, it is appended to.
        let again = try MetricsLog(path: path)
        try again.append(Self.record(4))
        try again.flush()
        #expect(try MetricsLog.read(path: path).count == 4)
    }

    @Test func everyLineIsJSON() throws {
        var record = Self.record(3, value: nil)
        record.metrics["generatorLoss"] = .nan
        record.metrics["realScore"] = .infinity
        let object = try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: Any]
        #expect(object?["step"] as? Int == 3)
        #expect(object?["generatorLoss"] is NSNull)
        #expect(object?["realScore"] is NSNull)
        #expect(object?["workers"] as? Int == 2)
        // The step, the seconds, the images a second and the workers stand beside the metrics.
        #expect(object?.count == StepMetrics.names.count + 4)
        #expect(MetricsRecord(json: record.json)?.metrics.generatorLoss.isNaN == true)
    }

    @Test func aHalfLineAtTheEndIsLeftOut() throws {
        let path = try temporaryFile(Self.record(1).json + "\n" + Self.record(2).json.prefix(40))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try MetricsLog.read(path: path) == [Self.record(1)])
    }

    @Test func theTailIsTheNewestLines() throws {
        let path = try temporaryFile((1...500).map { Self.record($0).json + "\n" }.joined() + "{\"step\":50")
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try MetricsLog.tail(path: path, count: 100).map(\.metrics.step) == Array(401...500))
        #expect(try MetricsLog.tail(path: path, count: 1000).count == 500)
        #expect(try MetricsLog.last(path: path) == Self.record(500))
        #expect(try MetricsLog.tail(path: path + "-", count: 3).isEmpty)
    }

    @Test func aBadLineIsNamed() throws {
        let path = try temporaryFile(Self.record(1).json + "\n{\"step\":}\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = #expect(throws: RunError.self) { _ = try MetricsLog.read(path: path) }
        #expect(error?.description.hasPrefix("\(path):2: ") == true)
    }

    @Test func cuttingBackLeavesTheStepsOfTheCheckpoint() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try MetricsLog.cut(path: path, after: 3)
        #expect(!FileManager.default.fileExists(atPath: path))
        let log = try MetricsLog(path: path)
        for step in 1...9 as ClosedRange<UInt64> { try log.append(Self.record(step)) }
        try log.flush()
        let whole = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        try MetricsLog.cut(path: path, after: 5)
        let cut = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(cut == Array(whole.prefix(5)))
    }

    /// Of a long file only the end is read; what is being written at that moment is left out.
    @Test func theNewestLine() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try MetricsLog.last(path: path) == nil)
        let log = try MetricsLog(path: path)
        try log.flush()
        #expect(try MetricsLog.last(path: path) == nil)
        for step in 1...500 as ClosedRange<UInt64> {
            try log.append(Self.record(step))
            guard step == 1 || step == 500 else { continue }
            try log.flush()
            #expect(try MetricsLog.last(path: path)?.metrics.step == step)
        }
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\":501,".utf8))
        #expect(try MetricsLog.last(path: path)?.metrics.step == 500)
        try handle.write(contentsOf: Data("\n".utf8))
        #expect(throws: RunError.self) { _ = try MetricsLog.last(path: path) }
    }

    @Test func aLogThatCannotBeOpenedIsRefused() {
        let error = #expect(throws: RunError.self) { _ = try MetricsLog(path: "/nonexistent/metrics.jsonl") }
        #expect(error?.description.hasPrefix("/nonexistent/metrics.jsonl: ") == true)
    }

    /// /dev/full says "no space left" to every write.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func aFullDiskIsAnErrorNotACrash() throws {
        let log = try MetricsLog(path: "/dev/full")
        var errors = 0
        for step in 0..<20_000 as Range<UInt64> {
            do { try log.append(Self.record(step)) } catch { errors += 1 }
        }
        #expect(errors > 0)
    }
}
