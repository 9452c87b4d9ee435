import FileFormats
import Foundation

/// A process of some machine, as a file in a run's directory names it: told from a later one with the same number, and from
/// those of other machines.
package struct ProcessMark: Hashable, Sendable {
    package var host: String
    /// `/proc/sys/kernel/random/boot_id`: another on each machine, and after each start of it. Empty where there is none.
    package var boot: String
    /// The namespace that the number belongs to (`/proc/self/ns/pid`): containers of one machine have their own.
    package var namespace: String
    package var process: pid_t
    /// When it started, in ticks since the machine did (field 22 of `/proc/PID/stat`). Empty where that is not known.
    package var start: String

    /// This process.
    package static let current = ProcessMark(
        host: ProcessInfo.processInfo.hostName, boot: text(of: "/proc/sys/kernel/random/boot_id") ?? "",
        namespace: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "",
        process: getpid(), start: startTime(of: getpid()) ?? "")

    /// What is known of a process that a file names.
    package enum Standing: Hashable, Sendable {
        case running
        case ended
        /// It is of this machine, but of another container.
        case hidden
        /// It is of another machine.
        case remote
    }

    package var standing: Standing {
        let own = ProcessMark.current
        guard boot == own.boot, !boot.isEmpty || host == own.host else { return .remote }
        guard namespace == own.namespace else { return .hidden }
        guard kill(process, 0) == 0 || errno == EPERM else { return .ended }
        return start.isEmpty || start == Self.startTime(of: process) ? .running : .ended
    }

    /// "process 123", "process 123 on node-a"
    package var description: String {
        "process \(process)" + (standing == .remote || standing == .hidden ? " on \(host)" : "")
    }

    private static func startTime(of process: pid_t) -> String? {
        // PID (NAME) STATE PARENT …, where NAME may hold anything.
        guard let text = text(of: "/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }

    private static func text(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self).trimmingSpaces }
    }
}

// MARK: In a file

extension ProcessMark {
    /// The lines of a file that names a process: a key and a value each.
    var lines: [(key: String, value: String)] {
        [
            ("host", host), ("boot", boot), ("namespace", namespace), ("process", "\(process)"), ("start", start),
        ]
    }

    /// - Returns: nil unless the fields name a process.
    init?(fields: [String: String]) {
        guard let process = fields["process"].flatMap({ pid_t($0) }), process > 0, let host = fields["host"] else {
            return nil
        }
        self.init(
            host: host, boot: fields["boot"] ?? "", namespace: fields["namespace"] ?? "", process: process,
            start: fields["start"] ?? "")
    }
}

/// A small file of the program's own: `key value`, a pair a line.
enum MarkFile {
    static let maximumBytes = 1 << 14

    static func text(_ lines: [(key: String, value: String)]) -> String {
        lines.map { "\($0.key) \($0.value.replacingOccurrences(of: "\n", with: " "))\n" }.joined()
    }

    static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            fields[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        return fields
    }
}
