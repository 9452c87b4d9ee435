import Foundation
import Testing

/// A coordinator that asks for keys, and a machine whose key is on its list.
struct KeyedCluster {
    let cluster: Cluster
    /// The options of a worker that may connect.
    let worker: [String]

    init(
        _ task: TrainingTask, in sandbox: Sandbox, run: RunFolder, steps: Int = TrainingTask.steps,
        options: [String] = [], launcher: [String] = []
    ) throws {
        for name in ["coordinator", "node"] { try sandbox.complete(["keys", "new", "--out", sandbox.path, name]) }
        cluster = try Cluster(
            task, in: sandbox, bind: "tcp://127.0.0.1:0", run: run, steps: steps,
            options: ["--key", sandbox.file("coordinator.key"), "--allow", sandbox.file("node.pub")] + options,
            launcher: launcher)
        worker = ["--key", sandbox.file("node.key"), "--coordinator-key", sandbox.file("coordinator.pub")]
    }

    /// The ports of the control connection and of the publisher.
    var ports: [UInt16] {
        get throws {
            let published = try RawConnection.port(of: cluster.endpoint) + 1
            return [try RawConnection.port(of: cluster.endpoint), published]
        }
    }
}

extension GanglionProcess {
    /// Memory that lies in RAM at present, bytes (`/proc/PID/status`).
    var residentBytes: Int {
        let status = String(
            decoding: FileManager.default.contents(atPath: "/proc/\(identifier)/status") ?? Data(), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// Processor time used so far, seconds (`/proc/PID/stat`, fields 14 and 15).
    var processorSeconds: Double {
        let stat = String(
            decoding: FileManager.default.contents(atPath: "/proc/\(identifier)/stat") ?? Data(), as: UTF8.self)
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
