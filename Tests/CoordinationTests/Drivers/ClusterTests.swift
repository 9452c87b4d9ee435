import Adversarial
import Coordination
import Foundation
import Messaging
import Testing

/// Real sockets and threads: the same bits as one process, with any number of workers over any transport.
@Suite(.serialized) struct ClusterTests {
    @Test(arguments: [(1, 1), (2, 1), (3, 2), (4, 1)])
    func anyNumberOfWorkersInProcess(workers: Int, threads: Int) throws {
        let cluster = try TestCluster(
            endpoint: TestCluster.inProcessEndpoint(), steps: 150, minWorkers: workers)
        let threads = try (0..<workers).map { _ in try cluster.worker(threads: threads) }
        let result = try cluster.coordinator.join()
        #expect(result.outcome == .finished)
        #expect(result.state == cluster.reference(steps: 150))
        #expect(result.dropped.malformed == 0)
        for thread in threads {
            let outcome = try thread.join()
            #expect(outcome == .finished)
        }
    }

    @Test func manyChunksOverALocalSocket() throws {
        let endpoint = TestCluster.localEndpoint()
        defer { TestCluster.remove(endpoint) }
        let cluster = try TestCluster(
            endpoint: endpoint, shards: 3, lengths: [.generator: 300_001, .discriminator: 70_000], steps: 6,
            updateOrder: .simultaneous, chunkLength: 1 << 14, minWorkers: 2)
        let threads = try (0..<2).map { _ in try cluster.worker() }
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(shards: 3, steps: 6, updateOrder: .simultaneous))
        for thread in threads {
            let outcome = try thread.join()
            #expect(outcome == .finished)
        }
        #expect(result.statistics.bytesPublished > 0)
    }

    @Test func checksummedOverTCP() throws {
        let cluster = try TestCluster(endpoint: .tcp(host: "127.0.0.1", port: 0), steps: 40, minWorkers: 2)
        guard case .tcp(_, let port) = cluster.endpoint else { throw MessagingError("not bound to a port") }
        #expect(port != 0)
        let threads = try (0..<2).map { _ in try cluster.worker() }
        #expect(try cluster.coordinator.join().state == cluster.reference(steps: 40))
        for thread in threads {
            let outcome = try thread.join()
            #expect(outcome == .finished)
        }
    }

    @Test func workersBeforeTheCoordinatorAndLateOnes() throws {
        let endpoint = TestCluster.localEndpoint()
        defer { TestCluster.remove(endpoint) }
        let lengths: [Network: Int] = [.generator: 40, .discriminator: 30]
        let early = TestCluster.worker(endpoint: endpoint, context: try Context(), stopRequest: try StopRequest()) {
            _, _, _ in SyntheticComputer(lengths: lengths) { _, _ in usleep(500) }
        }
        usleep(200_000)
        // Both are waited for: on a busy machine one alone could finish the run before the other is back.
        let cluster = try TestCluster(endpoint: endpoint, steps: 200, minWorkers: 2)
        usleep(100_000)
        let late = try cluster.worker()
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 200))
        #expect(result.workers.max() == 2)
        let outcomes = [try early.join(), try late.join()]
        #expect(outcomes == [.finished, .finished])
    }

    @Test func aWorkerLeavesPolitely() throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 300, minWorkers: 2)
        let stopRequest = try StopRequest()
        let leaver = try cluster.worker(stopRequest: stopRequest) { round, _ in
            if round.number >= 40 { stopRequest.stop() }
            usleep(100)
        }
        let stayer = try cluster.worker()
        let spare = try cluster.worker()
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 300))
        #expect(try spare.join() == .finished)
        #expect(try leaver.join() == .stopped)
        #expect(try stayer.join() == .finished)
    }

    @Test func aFailingWorkerIsReplaced() throws {
        struct Broken: Error, CustomStringConvertible { let description = "the disk is gone" }
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 100, minWorkers: 2)
        // On a busy machine it may have no shard in a certain round.
        let broken = try cluster.worker { round, _ in if round.number >= 11 { throw Broken() } }
        let stayer = try cluster.worker()
        #expect(try broken.join() == .failed("the disk is gone"))
        let spare = try cluster.worker()
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 100))
        #expect(result.events.contains { $0.contains("the disk is gone") })
        #expect(try stayer.join() == .finished)
        #expect(try spare.join() == .finished)
    }

    @Test func aStoppedCoordinatorEndsTheRoundAndTellsItsWorkers() throws {
        let stop = Mailbox<StopRequest>()
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 100_000) { round in
            if round.number == 30 { try stop.take().stop() }
        }
        stop.put(cluster.stopRequest)
        let worker = try cluster.worker()
        let result = try cluster.coordinator.join()
        #expect(result.outcome == .stopped)
        #expect(result.state.number >= 31)
        #expect(try worker.join() == .coordinatorStopped("the coordinator was stopped"))
    }

    @Test func anErrorOfTheStateReachesTheCallerAndTheWorkers() throws {
        struct NotFinite: Error {}
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 100) { round in
            if round.number == 5 { throw NotFinite() }
        }
        let worker = try cluster.worker()
        #expect(throws: NotFinite.self) { try cluster.coordinator.join() }
        guard case .coordinatorStopped = try worker.join() else {
            Issue.record("the worker was not told")
            return
        }
    }

    @Test func theTimeOfARoundOverALocalSocket() throws {
        let endpoint = TestCluster.localEndpoint()
        defer { TestCluster.remove(endpoint) }
        let cluster = try TestCluster(
            endpoint: endpoint, lengths: [.generator: 2000, .discriminator: 2000], steps: 2000)
        let worker = try cluster.worker()
        let result = try cluster.coordinator.join()
        #expect(try worker.join() == .finished)
        let statistics = result.statistics
        print(
            "one worker over ipc: \(Int(statistics.microsecondsPerRound)) µs per round, of which waiting "
                + "\(statistics.waiting / 1000 / statistics.rounds), reducing \(statistics.reducing / statistics.rounds) ns"
        )
        // Far above what it takes on a quiet machine: to find a sleep on the hot path, not to measure.
        #expect(statistics.microsecondsPerRound < 5000)
    }
}
