import FileFormats
import Foundation
import RunConfiguration

/// `metrics.jsonl`, open for appending. Lines are gathered and written whole, at least once a second.
///
/// A full disk costs lines, never a half one in the middle: what could not be written is tried again first.
package final class MetricsLog {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var lastFlush = ContinuousClock.now
    /// Memory is bounded when the disk stays full: lines beyond this are dropped.
    private static let maximumBuffer = 1 << 20

    /// Opens the file for appending; it is made if it is not there.
    /// - Throws: `RunError` if it cannot be.
    package init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw RunError(FileFormatError.system("write", file: path, code: errno))
        }
    }

    deinit {
        try? flush()
        close(descriptor)
    }

    /// Adds a line; it is in the file within a second, if lines go on coming, or after `flush`.
    /// - Throws: `RunError` if the file cannot be written; the line is kept for the next try.
    package func append(_ record: MetricsRecord) throws {
        guard buffer.count < Self.maximumBuffer else { return try flush() }
        buffer.append(contentsOf: record.json.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 || ContinuousClock.now - lastFlush >= .seconds(1) { try flush() }
    }

    /// Writes all that was added.
    package func flush() throws {
        lastFlush = .now
        try WholeWrite.write(&buffer, to: descriptor, path: path)
    }

    // MARK: Reading

    /// All lines of a file, in order; empty if there is none. A last line without an end (the process was killed as it
    /// wrote) is left out.
    /// - Throws: `RunError` (data) that names the first line that is no record.
    package static func read(path: String) throws -> [MetricsRecord] {
        try lines(path: path).enumerated().map { number, line in
            guard let record = MetricsRecord(json: line) else {
                throw RunError(
                    .data, at: "\(path):\(number + 1)", "is no line of metrics", expected: "a JSON object with a step",
                    found: line.inQuotes, advice: "remove the line")
            }
            return record
        }
    }

    /// The newest line of a file, which may be being written; nil if there is none. Only the file's end is read.
    /// - Throws: `RunError` (data) if it is no record.
    package static func last(path: String) throws -> MetricsRecord? {
        try tail(path: path, count: 1).last
    }

    /// The newest lines of a file, which may be being written: at most `count`. Only the file's end is read.
    /// - Throws: `RunError` (data) if one is no record.
    package static func tail(path: String, count: Int) throws -> [MetricsRecord] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let handle = FileHandle(forReadingAtPath: path), let size = try? handle.seekToEnd() else {
            throw RunError(.permission, at: path, "cannot be read", advice: "check the file's owner and mode")
        }
        // A line has some 300 bytes, and never 1,000.
        let start = size - min(size, UInt64(count) << 10 + 1 << 14)
        try? handle.seek(toOffset: start)
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        // The first may be cut by where reading began, the last by how far writing is.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(start > 0 ? 1 : 0)
            .dropLast()
        return try lines.filter { !$0.isEmpty }.suffix(count).map { line in
            guard let record = MetricsRecord(json: String(line)) else {
                throw RunError(
                    .data, at: path, "one of its last lines is no line of metrics",
                    expected: "a JSON object with a step", found: String(line).inQuotes)
            }
            return record
        }
    }

    /// Cuts a file back to the lines of steps up to `step`, atomically: what a resumed run will write again is gone.
    /// - Throws: `RunError` if it cannot be written, or a line is no record; the file is then untouched.
    package static func cut(path: String, after step: UInt64) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let kept = try read(path: path).filter { $0.metrics.step <= step }
        let text = kept.map { $0.json + "\n" }.joined()
        try RunError.rethrowing { try AtomicFile.write(Array(text.utf8), to: path) }
    }

    private static func lines(path: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RunError(.permission, at: path, "cannot be read", advice: "check the file's owner and mode")
        }
        var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        // What follows the last line's end: nothing, or a line that was cut short.
        lines.removeLast()
        return lines.filter { !$0.isEmpty }.map(String.init)
    }
}
