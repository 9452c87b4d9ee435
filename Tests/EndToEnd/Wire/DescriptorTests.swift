import Foundation
import Testing

/// A process that runs out of descriptors says so at its start, and lives on where strangers take them.
@Suite(.serialized) struct DescriptorTests {
    private let task = TrainingTask(preset: "ring-2d")

    /// Connections without a key to both ports, more than the coordinator may have, made again when they are closed.
    @Test(arguments: [64, 128, 256, 512]) func aFloodEndsNobody(limit: Int) throws {
        let sandbox = try Sandbox()
        let keyed = try KeyedCluster(
            task, in: sandbox, run: sandbox.run("run"), options: ["--set", "cluster.minWorkers=2"],
            launcher: ["prlimit", "--nofile=\(limit):\(limit)"])
        let (cluster, ports) = (keyed.cluster, try keyed.ports)
        let inside = try cluster.startWorker(options: keyed.worker)
        try cluster.wait(untilCoordinatorSays: "joined (1 ready)")
        func stranger(_ number: Int) throws -> RawConnection {
            let connection = try RawConnection(port: ports[number % 2])
            if number % 4 > 1 { connection.send([UInt8](repeating: 7, count: 100)) }
            return connection
        }
        var strangers = [RawConnection?](repeating: nil, count: 2 * limit)
        var (made, rounds) = (0, 0)
        try waitFor("as many strangers as it takes, three times over", while: cluster.coordinator) { () -> Bool? in
            for number in strangers.indices where strangers[number]?.isClosed ?? true {
                strangers[number] = try? stranger(number)
                made += strangers[number] == nil ? 0 : 1
            }
            rounds += 1
            usleep(20_000)
            let hasRefused = cluster.coordinator.standardError.contains("connections are refused")
            return made > 6 * limit && hasRefused && rounds > 100 ? true : nil
        }
        #expect(inside.poll() == nil, "\(inside)")
        #expect(!cluster.coordinator.standardError.contains("is gone"), "\(cluster.coordinator)")
        strangers.removeAll()
        // Whoever was kept out gets in now.
        let second = try cluster.startWorker(options: keyed.worker)
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        for worker in [inside, second] { #expect(try worker.wait() == .status(0), "\(worker)") }
        #expect(
            try cluster.run.stateSHA256(afterStep: TrainingTask.steps) == QuietRuns.shared.stateSHA256(of: task))
    }

    /// Connections to a local socket, where libzmq's accept aborts the process when no descriptor is left.
    @Test func aFloodOfALocalSocketEndsNobody() throws {
        let sandbox = try Sandbox()
        _ = try sandbox.folder("socket")
        #expect(chmod(sandbox.file("socket"), 0o700) == 0)
        let path = sandbox.file("socket/c")
        let cluster = try Cluster(
            task, in: sandbox, bind: "ipc://\(path)", run: sandbox.run("run"), launcher: ["prlimit", "--nofile=64:64"])
        var made = 0
        var strangers = [Int32](repeating: -1, count: 128)
        defer { for descriptor in strangers where descriptor >= 0 { close(descriptor) } }
        try waitFor("more strangers than it has descriptors", while: cluster.coordinator) { () -> Bool? in
            for number in strangers.indices where strangers[number] < 0 {
                strangers[number] = LocalConnection.open(path)
                made += strangers[number] < 0 ? 0 : 1
            }
            let hasRefused = cluster.coordinator.standardError.contains("connections are refused")
            return made > 64 && hasRefused ? true : nil
        }
        for descriptor in strangers where descriptor >= 0 { close(descriptor) }
        strangers.removeAll()
        let worker = try cluster.startWorker()
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(
            try cluster.run.stateSHA256(afterStep: TrainingTask.steps) == QuietRuns.shared.stateSHA256(of: task))
    }

    /// With too few, the number found and the number needed, before libzmq could abort for want of one.
    @Test(arguments: [8, 10, 16, 36, 48, 64]) func tooFewAreRefused(limit: Int) throws {
        let sandbox = try Sandbox()
        let process = try sandbox.start(
            ["train", "--workers", "8"] + task.arguments(sandbox.run("run")),
            launcher: ["prlimit", "--nofile=\(limit):\(limit)"])
        #expect(try process.wait() == .status(71), "\(process)")
        for words in ["the limit is \(limit)", "needs", "ulimit -n"] {
            #expect(process.standardError.contains(words), "\(process)")
        }
        #expect(!FileManager.default.fileExists(atPath: sandbox.file("run")))
    }

    /// The same with keys, which take descriptors too, and somebody who watches.
    @Test func asManyAsAreNeededAreEnoughWithKeys() throws {
        let sandbox = try Sandbox()
        let options = ["--set", "cluster.minWorkers=3"]
        let tooFew = try sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:0"] + task.arguments(sandbox.run("none")) + options,
            launcher: ["prlimit", "--nofile=60:60"])
        #expect(try tooFew.wait() == .status(71), "\(tooFew)")
        let needed = try #require(
            tooFew.standardError.firstMatch(of: /3 workers needs (\d+)/).flatMap { Int($0.1) }, "\(tooFew)")
        let keyed = try KeyedCluster(
            task, in: sandbox, run: sandbox.run("run"), options: options,
            launcher: ["prlimit", "--nofile=\(needed):\(needed)"])
        let workers = try (0..<2).map { _ in try keyed.cluster.startWorker(options: keyed.worker) }
        try keyed.cluster.wait(untilCoordinatorSays: "joined (2 ready)")
        try sandbox.complete(["status", "--connect", keyed.cluster.endpoint, "--timeout", "60"] + keyed.worker)
        let last = try keyed.cluster.startWorker(options: keyed.worker)
        for process in [keyed.cluster.coordinator, last] + workers {
            #expect(try process.wait() == .status(0), "\(process)")
        }
        #expect(!keyed.cluster.coordinator.standardError.contains("are refused"), "\(keyed.cluster.coordinator)")
    }

    /// What is asked for is enough: as many workers as the check lets in work at that limit.
    @Test func asManyAsAreNeededAreEnough() throws {
        let sandbox = try Sandbox()
        let tooFew = try sandbox.start(
            ["train", "--workers", "8"] + task.arguments(sandbox.run("none")),
            launcher: ["prlimit", "--nofile=60:60"])
        #expect(try tooFew.wait() == .status(71), "\(tooFew)")
        let needed = try #require(
            tooFew.standardError.firstMatch(of: /8 workers needs (\d+)/).flatMap { Int($0.1) }, "\(tooFew)")
        let run = sandbox.run("run")
        try sandbox.complete(
            ["train", "--workers", "8", "--set", "cluster.minWorkers=8"] + task.arguments(run),
            launcher: ["prlimit", "--nofile=\(needed):\(needed)"])
        #expect(try run.stateSHA256(afterStep: TrainingTask.steps) == QuietRuns.shared.stateSHA256(of: task))
    }

    /// The soft limit of a shell is often 1024, where the system would allow more.
    @Test func theSoftLimitIsRaised() throws {
        let sandbox = try Sandbox()
        let cluster = try Cluster(
            task, in: sandbox, bind: "tcp://127.0.0.1:0", run: sandbox.run("run"),
            launcher: ["prlimit", "--nofile=40:333"])
        let limits = try String(contentsOfFile: "/proc/\(cluster.coordinator.identifier)/limits", encoding: .utf8)
        #expect(limits.contains(/Max open files +333 +333/), "\(limits)")
    }
}

/// A connection to a local socket that says nothing.
private enum LocalConnection {
    /// The descriptor; -1 where nothing listens, or too many wait already.
    static func open(_ path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return descriptor }
        close(descriptor)
        return -1
    }
}
