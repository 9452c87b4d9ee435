import Foundation
import Testing

/// Names and addresses as people write them: each is bound to what it stands for, and connected to at each of its addresses.
@Suite(.needsHostsFile) struct NamesTests {
    private let task = TrainingTask(preset: "ring-2d", steps: 5)

    private func cluster(
        bind: String, in sandbox: Sandbox, _ hosts: HostsFile, options: [String] = []
    ) throws -> Cluster {
        try Cluster(
            task, in: sandbox, bind: bind, run: sandbox.run("run"), steps: 5, options: options,
            launcher: hosts.launcher)
    }

    private func finish(_ cluster: Cluster, _ worker: GanglionProcess) throws {
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
    }

    /// `localhost` is ::1 first, where nobody listens.
    @Test(arguments: ["127.0.0.1", "0.0.0.0", "*", "[::]", "[::1]", "localhost", "ip6-localhost"])
    func localhostIsFoundWhereverItIsBound(host: String) throws {
        let sandbox = try Sandbox()
        let hosts = try HostsFile(in: sandbox)
        for name in ["coordinator", "node"] { try sandbox.complete(["keys", "new", "--out", sandbox.path, name]) }
        let cluster = try cluster(
            bind: "tcp://\(host):0", in: sandbox, hosts,
            options: ["--key", sandbox.file("coordinator.key"), "--allow", sandbox.file("node.pub")])
        let keys = ["--key", sandbox.file("node.key"), "--coordinator-key", sandbox.file("coordinator.pub")]
        let port = try RawConnection.port(of: cluster.endpoint)
        let status = try sandbox.complete(
            ["status", "--connect", "tcp://localhost:\(port)", "--timeout", "60"] + keys, launcher: hosts.launcher)
        #expect(status.standardOutput.contains("0 of 5"), "\(status)")
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://localhost:\(port)"] + keys, launcher: hosts.launcher)
        try finish(cluster, worker)
    }

    /// What a coordinator says that workers connect to is what they can connect to.
    @Test(arguments: ["localhost", "own-name", "ip6-localhost", "lo", "gan_node", "_gan"])
    func namesAndInterfacesAreBound(host: String) throws {
        let sandbox = try Sandbox()
        let hosts = try HostsFile(in: sandbox)
        let cluster = try cluster(bind: "tcp://\(host):0", in: sandbox, hosts, options: ["--insecure"])
        #expect(!cluster.endpoint.contains("tcp://lo:"), "\(cluster.endpoint)")
        let worker = try sandbox.start(
            ["worker", "--connect", cluster.endpoint, "--insecure"], launcher: hosts.launcher)
        try finish(cluster, worker)
    }

    /// A name with an underscore, or one that begins with it, is one to connect to as well.
    @Test(arguments: ["gan_node", "_gan"]) func unusualNamesAreConnectedTo(name: String) throws {
        let sandbox = try Sandbox()
        let hosts = try HostsFile(in: sandbox)
        let cluster = try cluster(bind: "tcp://127.0.0.1:0", in: sandbox, hosts)
        let port = try RawConnection.port(of: cluster.endpoint)
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://\(name):\(port)", "--insecure"], launcher: hosts.launcher)
        try finish(cluster, worker)
    }

    @Test func whatCannotBeBoundOrReadIsExplained() throws {
        let sandbox = try Sandbox()
        func bind(_ address: String) -> [String] {
            ["coordinator", "--bind", "tcp://\(address)", "--insecure"] + task.arguments(sandbox.run("none"))
        }
        let worker = ["worker", "--connect"]
        for (arguments, status, words) in [
            (bind("203.0.113.9:0"), 73, ["203.0.113.9", "this machine has no such address; it has ", "127.0.0.1"]),
            (bind("nobody.invalid:0"), 73, ["'nobody.invalid' is no interface of this machine", "127.0.0.1"]),
            (bind("[fe80::1]:0"), 73, ["comes with its interface", "[fe80::1%eth0]"]),
            (bind("[::g]:7700"), 64, ["'::g' is no IPv6 address"]),
            (worker + ["tcp://[::g]:7700"], 64, ["'::g' is no IPv6 address"]),
            (worker + ["tcp://10.0.0.256:7700"], 64, ["'10.0.0.256' is no IPv4 address"]),
        ] as [([String], Int32, [String])] {
            let process = try sandbox.start(arguments)
            #expect(try process.wait() == .status(status), "\(process)")
            let error = process.standardError
            for word in words { #expect(error.contains(word), "'\(word)' is not in: \(error)") }
            #expect(!FileManager.default.fileExists(atPath: sandbox.file("none")), "\(process)")
        }
    }

    /// Whoever reads the coordinator's line on another machine learns that it is of no use there.
    @Test func addressesThatOthersCannotReachAreSaid() throws {
        let sandbox = try Sandbox()
        let hosts = try HostsFile(in: sandbox)
        let keyed = try KeyedCluster(task, in: sandbox, run: sandbox.run("keyed"), steps: 5)
        try keyed.cluster.wait(
            untilCoordinatorSays: "127.0.0.1 is this machine alone: workers of others cannot connect")
        let named = try cluster(bind: "tcp://own-name:0", in: sandbox, hosts, options: ["--insecure"])
        try named.wait(untilCoordinatorSays: "own-name is 127.0.1.1 here, which is this machine alone")
    }
}

/// A name with two addresses, of which one leads nowhere: as where a network has IPv6 in its name server alone.
@Suite(.needsHostsFile, .needsNetworkNamespaces) struct TwoAddressesTests {
    private let task = TrainingTask(preset: "ring-2d", steps: 5)

    @Test(arguments: [
        // Unreachable, silent, refused, and the other way round.
        "fd77::77 hub\n10.213.77.1 hub\n", "10.213.77.99 hub\n10.213.77.1 hub\n", "10.213.77.2 hub\n10.213.77.1 hub\n",
        "10.213.77.1 hub\n10.213.77.99 hub\n",
    ])
    func theOneThatAnswersIsFound(names: String) throws {
        let network = try NetworkPair()
        let sandbox = try Sandbox()
        let hosts = try HostsFile(names, in: sandbox)
        let cluster = try Cluster(
            task, in: sandbox, bind: "tcp://0.0.0.0:7700", run: sandbox.run("run"), steps: 5, options: ["--insecure"],
            launcher: network.launcher(.left))
        try cluster.wait(untilCoordinatorSays: "tcp://10.213.77.1:7700")
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://hub:7700", "--insecure"], launcher: network.launcher(.right) + hosts.launcher
        )
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
    }

    /// A coordinator that moves to another address of its name is found there.
    @Test func aCoordinatorThatMovesIsFollowed() throws {
        let network = try NetworkPair()
        let sandbox = try Sandbox()
        // The mount is of this file: it is written anew in place.
        let hosts = try HostsFile("10.213.77.2 hub\n", in: sandbox)
        func start(_ side: NetworkPair.Side, _ options: [String]) throws -> GanglionProcess {
            let coordinator = try sandbox.start(
                ["coordinator", "--bind", "tcp://\(network.address(side)):7700", "--insecure"] + options,
                launcher: network.launcher(side))
            _ = try Cluster.endpoint(of: coordinator)
            return coordinator
        }
        let run = sandbox.run("run")
        let first = try start(.right, task.arguments(run, checkpointEvery: 1, steps: 1_000_000))
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://hub:7700", "--insecure", "--timeout", "\(patience)"],
            launcher: network.launcher(.right) + hosts.launcher)
        try first.wait(until: "a step") { run.hasReached(1) }
        first.kill()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: sandbox.file("hosts")))
        try file.write(contentsOf: Data("10.213.77.1 hub\n".utf8))
        try file.close()
        let second = try start(.left, task.arguments(sandbox.run("other")))
        #expect(try second.wait() == .status(0), "\(second)")
        #expect(try worker.wait() == .status(0), "\(worker)")
    }

    /// Neither answers: said after some seconds, with both.
    @Test func whatIsTriedIsSaid() throws {
        let network = try NetworkPair()
        let sandbox = try Sandbox()
        let hosts = try HostsFile("10.213.77.98 hub\n10.213.77.99 hub\n", in: sandbox)
        let worker = try sandbox.start(
            ["worker", "--connect", "tcp://hub:7700", "--insecure", "--timeout", "\(patience)"],
            launcher: network.launcher(.right) + hosts.launcher)
        try worker.wait(until: "both addresses") {
            worker.standardError.contains("not connected to tcp://hub:7700: hub is 10.213.77.98 and 10.213.77.99")
        }
    }
}
