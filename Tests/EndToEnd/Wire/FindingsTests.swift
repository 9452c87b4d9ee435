import Foundation
import Testing

/// Six causes of one silence, each told by its own sentence.
@Suite struct FindingsTests {
    private let task = TrainingTask(preset: "ring-2d")

    private struct Cause {
        var name: String
        var arguments: [String]
        var words: [String]
    }

    private func check(_ causes: [Cause], in sandbox: Sandbox) throws {
        let processes = try causes.map { try sandbox.start($0.arguments) }
        for (cause, process) in zip(causes, processes) {
            #expect(try process.wait() == .status(75), "\(cause.name): \(process)")
            for words in ["nothing heard of the coordinator"] + cause.words {
                #expect(process.standardError.contains(words), "\(cause.name): \(process)")
            }
        }
    }

    @Test func causesAreToldApart() throws {
        let sandbox = try Sandbox()
        let keyed = try KeyedCluster(task, in: sandbox, run: sandbox.run("keyed"))
        let open = try Cluster(task, in: sandbox, bind: "tcp://127.0.0.1:0", run: sandbox.run("open"))
        try sandbox.complete(["keys", "new", "--out", sandbox.path, "stranger"])
        let stranger = try sandbox.complete(["keys", "show", sandbox.file("stranger.pub")]).standardOutput.dropLast()
        let coordinatorKey = ["--coordinator-key", sandbox.file("coordinator.pub")]
        let unlisted = ["--key", sandbox.file("stranger.key")] + coordinatorKey
        let wrongKey = ["--key", sandbox.file("node.key"), "--coordinator-key", sandbox.file("stranger.pub")]
        let swapped = ["--key", sandbox.file("coordinator.key"), "--coordinator-key", sandbox.file("node.pub")]
        let free = try Listener()
        let port = free.port
        free.close()
        func causes(_ command: String) -> [Cause] {
            func cause(_ name: String, _ endpoint: String, _ options: [String], _ words: String...) -> Cause {
                Cause(
                    name: "\(command), \(name)",
                    arguments: [command, "--connect", endpoint, "--timeout", "6"] + options, words: words)
            }
            let closed = keyed.cluster.endpoint
            return [
                cause("no address", "tcp://nobody.invalid:7700", ["--insecure"], "'nobody.invalid' has no address"),
                cause("refused", "tcp://127.0.0.1:\(port)", [], "this address refuses connections to port \(port)"),
                cause("not on the list", closed, unlisted, "does not allow this process's key; add '\(stranger)'"),
                cause("another server's key", closed, wrongKey, "has another key than --coordinator-key gives"),
                cause("keys exchanged", closed, swapped, "has another key than --coordinator-key gives"),
                cause("no keys here", closed, [], "asks for keys, and this process has none; add --key"),
                cause("no keys there", open.endpoint, wrongKey, "has no keys, and this process has"),
            ]
        }
        try check(causes("worker") + causes("status"), in: sandbox)
        // None of this has hurt either coordinator.
        let workers = [try keyed.cluster.startWorker(options: keyed.worker), try open.startWorker()]
        for process in [keyed.cluster.coordinator, open.coordinator] + workers {
            #expect(try process.wait() == .status(0), "\(process)")
        }
    }

    /// Something listens, and is no coordinator that could answer.
    @Test func whatListensAndIsNoCoordinator() throws {
        let sandbox = try Sandbox()
        let (mute, closing, foreign) = (try Listener(), try Listener(), try Listener())
        closing.serve(nil)
        foreign.serve("HTTP/1.1 400 Bad Request\r\n\r\n")
        let stopped = try Cluster(task, in: sandbox, bind: "tcp://127.0.0.1:0", run: sandbox.run("run"))
        stopped.coordinator.send(SIGSTOP)
        try check(
            [
                ("mute", "127.0.0.1:\(mute.port)", "takes the connection and says nothing"),
                ("closing", "127.0.0.1:\(closing.port)", "closes the connection at once"),
                ("foreign", "127.0.0.1:\(foreign.port)", "something else listens there"),
            ].map {
                Cause(
                    name: $0.0, arguments: ["worker", "--connect", "tcp://\($0.1)", "--timeout", "4"], words: [$0.2])
            } + [
                Cause(
                    name: "no socket", arguments: ["status", "--connect", "ipc://\(sandbox.file("none"))"],
                    words: ["there is no such socket"])
            ], in: sandbox)
        // Its kernel takes the connection; its libzmq's thread is stopped with it.
        let worker = try stopped.startWorker(timeout: 4)
        #expect(try worker.wait() == .status(75), "\(worker)")
        #expect(worker.standardError.contains("look whether the coordinator's process is stopped"), "\(worker)")
        stopped.coordinator.send(SIGCONT)
    }

    /// Long before the time-out.
    @Test func whatIsTriedIsSaidAfterSomeSeconds() throws {
        let sandbox = try Sandbox()
        let closed = try Listener()
        let port = closed.port
        closed.close()
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://127.0.0.1:\(port)", "--timeout", "\(patience)"])
        try worker.wait(until: "what is tried") {
            worker.standardError.contains(
                "not connected to tcp://127.0.0.1:\(port): this address refuses connections to port \(port); start")
        }
        // And once it is there, it is found.
        let cluster = try Cluster(task, in: sandbox, bind: "tcp://127.0.0.1:\(port)", run: sandbox.run("run"))
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(worker.standardError.components(separatedBy: "not connected to").count == 2, "\(worker)")
    }
}

/// A socket of this machine that listens, and is no coordinator's.
private final class Listener: @unchecked Sendable {  // the descriptor is set once, and closed by its owner's thread
    private let descriptor: Int32
    let port: UInt16
    private var isOpen = true

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isListening else { throw TestFailure("cannot listen: \(String(cString: strerror(errno)))") }
    }

    deinit { close() }

    func close() {
        guard isOpen else { return }
        isOpen = false
        // Ends a thread that serves, too.
        shutdown(descriptor, Int32(SHUT_RDWR))
        Foundation.close(descriptor)
    }

    /// Takes connections, says something where there is something to say, and closes them.
    func serve(_ words: String?) {
        let descriptor = descriptor
        Thread.detachNewThread {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                if let words { _ = send(connection, words, words.utf8.count, Int32(MSG_NOSIGNAL)) }
                shutdown(connection, Int32(SHUT_WR))
                Foundation.close(connection)
            }
        }
    }
}
