import Foundation

/// A control group of this test, with a quota of processor time: of version 2 where the system has it, else of version 1.
final class ControlGroup {
    private let path: String

    /// - Throws: `TestFailure` where no group can be made below that of the tests.
    init(processors: Double) throws {
        let (parent, isVersion2) = try Self.parent()
        path = "\(parent)/ganglion-test-\(UUID().uuidString)"
        if isVersion2 {
            // Refused where it is there already, or the parent holds processes: the quota's file tells.
            try? Self.write("+cpu", to: "\(parent)/cgroup.subtree_control")
        }
        guard mkdir(path, 0o755) == 0 else {
            throw TestFailure("\(path): \(String(cString: strerror(errno)))")
        }
        let (quota, period) = (Int(processors * 100_000), 100_000)
        do {
            if isVersion2 {
                try Self.write("\(quota) \(period)", to: "\(path)/cpu.max")
            } else {
                try Self.write("\(period)", to: "\(path)/cpu.cfs_period_us")
                try Self.write("\(quota)", to: "\(path)/cpu.cfs_quota_us")
            }
        } catch {
            rmdir(path)
            throw error
        }
    }

    deinit {
        // The kernel may still be at the end of a process.
        _ = try? waitFor("an empty group", seconds: 10) { rmdir(path) == 0 || errno == ENOENT ? true : nil }
    }

    /// The words before a program that runs in the group.
    var launcher: [String] { ["sh", "-c", "echo $$ >'\(path)/cgroup.procs' && exec \"$@\"", "sh"] }

    /// Why none can be made here, with a process in it; nil where one can.
    static let obstacle: String? = {
        do {
            let sandbox = try Sandbox()
            let group = try ControlGroup(processors: 0.5)
            let process = try sandbox.start(["--version"], launcher: group.launcher)
            let end = try process.wait()
            withExtendedLifetime(group) {}
            return end == .status(0) ? nil : "\(end): \(process.standardError)"
        } catch {
            return "\(error)"
        }
    }()

    /// The group of this process in the hierarchy that has the processors' controller, by where systems mount it.
    private static func parent() throws -> (path: String, isVersion2: Bool) {
        let groups = try String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        for fields in groups where fields.count == 3 && fields[1].split(separator: ",").contains("cpu") {
            for mount in ["/sys/fs/cgroup/\(fields[1])", "/sys/fs/cgroup/cpu"] {
                let path = fields[2] == "/" ? mount : "\(mount)\(fields[2])"
                if FileManager.default.fileExists(atPath: "\(path)/cpu.cfs_quota_us") || fields[2] == "/" {
                    return (path, false)
                }
            }
        }
        guard let own = groups.first(where: { $0.count == 3 && $0[0] == "0" })?[2] else {
            throw TestFailure("/proc/self/cgroup names no group")
        }
        return (own == "/" ? "/sys/fs/cgroup" : "/sys/fs/cgroup\(own)", true)
    }

    private static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY)
        guard descriptor >= 0 else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, text, text.utf8.count) == text.utf8.count else {
            throw TestFailure("\(path): \(String(cString: strerror(errno)))")
        }
    }
}
