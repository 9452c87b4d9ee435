import Foundation

/// What the kernel says of processes (`/proc`).
enum ProcessTable {
    /// The processes that `parent` has started and that run.
    static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let status = status(of: pid) else { return false }
            return status.parent == parent && status.isRunning
        }.sorted()
    }

    /// The processes whose environment, as it was when they started, has `text` somewhere.
    static func running(with text: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/environ")?.range(of: Data(text.utf8)) != nil
        }
    }

    /// A process's name, of at most 15 bytes.
    static func name(of pid: pid_t) -> String {
        String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/comm") ?? Data(), as: UTF8.self)
            .trimmingCharacters(in: .newlines)
    }

    /// Whether a process exists and is more than a zombie.
    static func isRunning(_ pid: pid_t) -> Bool { status(of: pid)?.isRunning ?? false }

    /// Whether a process no longer dies of a signal: it ignores or catches it (`SigIgn` and `SigCgt` in
    /// `/proc/PID/status`, masks whose bit N - 1 is signal N).
    static func survives(_ signal: Int32, _ pid: pid_t) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/status") else { return false }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").contains { line in
            guard line.hasPrefix("SigIgn:") || line.hasPrefix("SigCgt:") else { return false }
            let mask = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
            return mask >> UInt64(signal - 1) & 1 == 1
        }
    }

    /// The state and the parent in `/proc/PID/stat`: `PID (NAME) STATE PARENT …`, where NAME may hold anything.
    private static func status(of pid: pid_t) -> (parent: pid_t, isRunning: Bool)? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (parent, fields[0] != "Z" && fields[0] != "X")
    }
}
