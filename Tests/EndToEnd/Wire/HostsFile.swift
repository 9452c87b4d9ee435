import Foundation
import Testing

/// Names of hosts for the processes of a test: a hosts file that is mounted over the system's, for them alone.
struct HostsFile {
    private let path: String

    /// As Debian has it: `localhost` is `::1` too, and libraries give that first.
    static let debian = """
        127.0.0.1 localhost
        ::1 localhost ip6-localhost ip6-loopback
        127.0.1.1 own-name
        127.0.0.1 gan_node _gan

        """

    /// - Parameter lines: an address and its names a line.
    init(_ lines: String = debian, in sandbox: Sandbox, name: String = "hosts") throws {
        path = try sandbox.file(name, holding: Array(lines.utf8))
    }

    /// The words before a program that sees these names.
    var launcher: [String] {
        let script = "mount --bind '\(path)' /etc/hosts || exit 99\nexec \"$0\" \"$@\""
        return ["unshare", "--mount", "--map-root-user", "sh", "-c", script]
    }

    /// Why no hosts file can be mounted here, or there is no IPv6; nil where both are to be had.
    static let obstacle: String? = {
        do {
            let sandbox = try Sandbox()
            let process = try sandbox.start(["--version"], launcher: try HostsFile(in: sandbox).launcher)
            let end = try process.wait()
            guard end == .status(0) else { return "\(end): \(process.standardError)" }
            guard FileManager.default.fileExists(atPath: "/proc/sys/net/ipv6/conf/lo") else { return "no IPv6" }
            return nil
        } catch {
            return "\(error)"
        }
    }()
}

extension Trait where Self == ConditionTrait {
    /// Runs the test only where a hosts file can be mounted.
    static var needsHostsFile: Self {
        .enabled(
            if: HostsFile.obstacle == nil,
            "no hosts file can be mounted here (\(HostsFile.obstacle ?? "")): mount namespaces and IPv6 are needed")
    }
}
