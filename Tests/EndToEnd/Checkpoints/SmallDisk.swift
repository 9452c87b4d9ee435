import Foundation

/// A small file system in memory (tmpfs), mounted in a namespace of the processes that use it and gone with the last of them.
struct SmallDisk {
    /// Where it is, for those processes.
    let path: String
    private let size: Int

    /// - Parameter size: in bytes.
    init(in sandbox: Sandbox, size: Int) throws {
        path = try sandbox.folder("disk")
        self.size = size
    }

    /// The words before a shell script that runs with the disk mounted.
    func launcher(_ script: String) -> [String] {
        let mount = "mount -t tmpfs -o size=\(size) tmpfs '\(path)' || exit 99\n"
        return ["unshare", "--mount", "--map-root-user", "sh", "-c", mount + script]
    }

    /// Why no disk can be mounted here; nil where one can.
    static let obstacle: String? = {
        do {
            let sandbox = try Sandbox()
            let disk = try SmallDisk(in: sandbox, size: 1 << 20)
            let process = try sandbox.start([], launcher: disk.launcher("exit 0"))
            let end = try process.wait()
            return end == .status(0) ? nil : "\(end): \(process.standardError)"
        } catch {
            return "\(error)"
        }
    }()
}
