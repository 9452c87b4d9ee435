import FileFormats
import Foundation
import RunConfiguration

/// `log.txt`: what happened in a run, a line each with its time (UTC).
///
/// Safe to call from any thread: a line is one `write` to a file opened for appending.
package final class RunLog: Sendable {
    private let descriptor: Int32

    /// Opens the file for appending; it is made if it is not there.
    /// - Throws: `RunError` if it cannot be.
    package init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw RunError(FileFormatError.system("write", file: path, code: errno))
        }
    }

    deinit { close(descriptor) }

    /// Adds a line. That a log cannot be written (a full disk) must not stop a run: it is then left out.
    package func write(_ text: String, at date: Date = Date()) {
        let oneLine = text.replacingOccurrences(of: "\n", with: " ")
        let line = Array("\(date.formatted(.iso8601)) \(oneLine)\n".utf8)
        line.withUnsafeBytes { _ = Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
