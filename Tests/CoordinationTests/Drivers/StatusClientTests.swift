import Adversarial
import Coordination
import Foundation
import Messaging
import TestSupport
import Testing

/// Whoever watches is told how the run is, over real sockets, and disturbs nothing.
@Suite(.serialized) struct StatusClientTests {
    @Test func theStatusOfARunThatWorks() throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 100_000, minWorkers: 2)
        let workers = try (0..<2).map { _ in try cluster.worker { _, _ in usleep(500) } }
        var client = try StatusClient(cluster.endpoint, context: cluster.context)
        var status = try client.ask(timeout: patience)
        let limit = ContinuousClock.now + .seconds(patience)
        while status.step < 20 || status.workers.count < 2, ContinuousClock.now < limit {
            usleep(5000)
            status = try client.ask(timeout: patience)
        }
        #expect(status.run == "run")
        #expect(status.step >= 20)
        #expect(status.stepsPerSecond > 0)
        #expect(status.workers.map(\.name) == ["test", "test"])
        #expect(status.workers.allSatisfy { $0.isReady && $0.answeredShards > 0 && $0.millisecondsPerShard > 0 })
        #expect(status.rejected.malformed == 0)
        cluster.stopRequest.stop()
        let result = try cluster.coordinator.join()
        #expect(result.outcome == .stopped)
        for worker in workers { _ = try worker.join() }
    }

    @Test func nobodyAnswers() throws {
        var client = try StatusClient(TestCluster.localEndpoint(), context: try Context())
        #expect(throws: CoordinationError.self) { try client.ask(timeout: 0.3) }
    }

    /// Not a number over real sockets: computed twice, then the run ends with a sentence, and both workers are told.
    @Test func notANumber() throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 100, minWorkers: 2)
        let lengths = cluster.lengths
        let workers = try (0..<2).map { _ in
            TestCluster.worker(
                endpoint: cluster.endpoint, context: cluster.context, stopRequest: try StopRequest()
            ) { _, _, _ in
                SyntheticComputer(lengths: lengths, dataFingerprint: "data", before: { _, _ in }) {
                    round, shard, values in
                    if round.number == 9, shard == 2 { values[4] = .infinity }
                }
            }
        }
        let error = #expect(throws: CoordinationError.self) { try cluster.coordinator.join() }
        #expect(error?.description.contains("step 5: shard 2: the generator's gradient of '0.weight'") == true)
        for worker in workers {
            guard case .coordinatorStopped = try worker.join() else {
                Issue.record("the worker was not told")
                return
            }
        }
    }

    /// A worker that flips signs, over real sockets, with every shard compared: nothing of it gets in.
    @Test func aLiar() throws {
        let cluster = try TestCluster(
            endpoint: TestCluster.inProcessEndpoint(), steps: 60, minWorkers: 2, verificationShare: 1)
        let lengths = cluster.lengths
        let liar = TestCluster.worker(
            endpoint: cluster.endpoint, context: cluster.context, stopRequest: try StopRequest()
        ) { _, _, _ in
            SyntheticComputer(lengths: lengths, dataFingerprint: "data", before: { _, _ in }) { _, _, values in
                for place in values.indices { values[place].negate() }
            }
        }
        let honest = try (0..<2).map { _ in try cluster.worker() }
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 60))
        guard case .refused(let reason) = try liar.join() else {
            Issue.record("the liar was not cut off")
            return
        }
        #expect(reason.contains("is not what the coordinator computes"))
        for worker in honest { #expect(try worker.join() == .finished) }
    }
}
