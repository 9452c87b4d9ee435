import Adversarial
import Coordination
import FileFormats
import Messaging
import Testing

/// Files of a run, over real sockets: the list that workers get, and what comes of workers whose files are others.
struct FileTests {
    private let lengths: [Network: Int] = [.generator: 40, .discriminator: 30]

    private func worker(
        _ cluster: TestCluster, files: @escaping @Sendable (Round, Int) -> [FileReading] = { _, _ in [] },
        list: Mailbox<[UInt8]?>? = nil, before: @escaping @Sendable (Round, Int) throws -> Void = { _, _ in }
    ) throws -> TestThread<WorkerOutcome> {
        let lengths = lengths
        return TestCluster.worker(endpoint: cluster.endpoint, context: cluster.context, stopRequest: try StopRequest())
        {
            _, received, _ in
            list?.put(received)
            return SyntheticComputer(lengths: lengths, before: before, files: files)
        }
    }

    @Test(
        "every worker gets the list, in chunks, byte for byte", arguments: [0, 1, 4, 5, 1023, 1_000_003], [false, true])
    func list(byteCount: Int, isLocal: Bool) throws {
        let endpoint = isLocal ? TestCluster.localEndpoint() : try Endpoint("tcp://127.0.0.1:0")
        defer { TestCluster.remove(endpoint) }
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let cluster = try TestCluster(
            endpoint: endpoint, steps: 3, chunkLength: 1000, files: TestFiles(list: byteCount == 0 ? nil : bytes))
        let list = Mailbox<[UInt8]?>()
        let worker = try worker(cluster, list: list)
        #expect(try list.take() == (byteCount == 0 ? nil : bytes))
        #expect(try cluster.coordinator.join().state == cluster.reference(steps: 3))
        #expect(try worker.join() == .finished)
    }

    @Test("a worker that reads other bytes of a file changes no bit: its shards go to the other one, and it is named")
    func otherBytes() throws {
        let files = TestFiles(list: [1], contents: [7: TestFiles.content(1)])
        let cluster = try TestCluster(
            endpoint: TestCluster.inProcessEndpoint(), steps: 40, minWorkers: 2, files: files)
        // Two, so that the run has enough of them when the other one is refused.
        let good = try (0..<2).map { _ in
            try worker(cluster, files: { _, _ in [FileReading(file: 7, content: TestFiles.content(1))] })
        }
        let lengths = lengths
        let bad = TestCluster.worker(
            endpoint: cluster.endpoint, context: cluster.context, stopRequest: try StopRequest()
        ) { _, _, _ in
            SyntheticComputer(
                lengths: lengths, after: { _, shard, values in if shard == 1 { values[0] = 1e6 } },
                files: { _, shard in shard == 1 ? [FileReading(file: 7, content: TestFiles.content(2))] : [] })
        }
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 40))
        for worker in good { #expect(try worker.join() == .finished) }
        _ = try bad.join()
        // Where it never came to shard 1, the other one always did.
        let named = result.events.filter { $0.contains("file 7 has other bytes") }
        #expect(named.count <= 2, "each is named once: \(named)")
    }

    @Test("a shard that one worker cannot read is computed by the other")
    func oneWorkerLacksAFile() throws {
        let cluster = try TestCluster(
            endpoint: TestCluster.inProcessEndpoint(), steps: 60, minWorkers: 2, files: TestFiles(list: [1]))
        let good = try (0..<2).map { _ in try worker(cluster) }
        let poor = try worker(
            cluster,
            before: { _, shard in
                if shard == 2 { throw ShardFileError(FileFault(file: 9, kind: .missing), "b.png: it is gone") }
            })
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 60))
        for worker in good { #expect(try worker.join() == .finished) }
        _ = try poor.join()
        #expect(result.events.filter { $0.contains("b.png: it is gone") && $0.contains("hands") }.count <= 1)
    }

    @Test("a file that nobody can read ends the run, by the sentence that names it")
    func nobodyCanRead() throws {
        let cluster = try TestCluster(
            endpoint: TestCluster.inProcessEndpoint(), steps: 60, files: TestFiles(list: [1], broken: [9]))
        let worker = try worker(
            cluster,
            before: { round, shard in
                if round.number == 7, shard == 2 {
                    throw ShardFileError(FileFault(file: 9, kind: .broken), "b.png: broken")
                }
            })
        #expect(throws: TestFiles.Unreadable(file: 9)) { try cluster.coordinator.join() }
        guard case .coordinatorStopped(let reason) = try worker.join() else {
            Issue.record("the worker was not told")
            return
        }
        #expect(reason.contains("Unreadable"))
    }
}
