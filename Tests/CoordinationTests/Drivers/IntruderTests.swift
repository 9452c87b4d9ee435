import Adversarial
import Coordination
import Foundation
import Messaging
import TestSupport
import Testing

/// What strangers, broken programs and vanishing workers do to a run: nothing.
@Suite(.serialized) struct IntruderTests {
    @Test func aWorkerThatVanishesInMidRound() throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 60, minWorkers: 2)
        let endpoint = cluster.endpoint
        let context = cluster.context
        // Takes part until it has been given shards, then closes its socket without a word.
        let vanishing = TestThread {
            let dealer = try DealerSocket(context, identity: .random())
            try dealer.connect(endpoint)
            _ = try dealer.send(header: MessageCodec.encode(.hello(hello), incarnation: 0))
            while true {
                guard let (incarnation, message) = try nextMessage(dealer) else { continue }
                if case .welcome = message {
                    _ = try dealer.send(
                        header: MessageCodec.encode(.ready(dataFingerprint: "data"), incarnation: incarnation))
                }
                if case .assignment = message { return }
            }
        }
        // Slow enough for the run to be there when the closed connection has had its time.
        let first = try cluster.worker { _, _ in usleep(10_000) }
        try vanishing.join()
        let second = try cluster.worker { _, _ in usleep(10_000) }
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: 60))
        #expect(result.events.contains { $0.contains("intruder is gone") })
        #expect(try first.join() == .finished)
        #expect(try second.join() == .finished)
    }

    @Test func garbage() throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 200)
        let endpoint = cluster.endpoint
        let context = cluster.context
        let noise = TestThread {
            var random = SeededRandom(seed: 3)
            let dealer = try DealerSocket(context, identity: .random())
            try dealer.connect(endpoint)
            var incarnation: UInt64 = 0
            _ = try dealer.send(header: MessageCodec.encode(.hello(hello), incarnation: 0))
            for turn in 0..<2000 {
                if let message = try nextMessage(dealer) { incarnation = message.0 }
                var bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in random.next() as UInt64 }
                    .map { UInt8(truncatingIfNeeded: $0) }
                if turn % 2 == 0 { bytes = WireProtocol.prefix + bytes }
                _ = try dealer.send(header: Frame(bytes), payload: turn % 3 == 0 ? Frame(bytes) : nil)
                let header = ContributionHeader(
                    lease: random.next() % 9, round: random.next() % 400,
                    node: ReductionNode(level: Int(random.next() % 5), index: Int(random.next() % 5)),
                    chunk: Int(random.next() % 2), length: 33)
                _ = try dealer.send(
                    header: MessageCodec.encode(.contribution(header), incarnation: incarnation),
                    payload: Frame([UInt8](repeating: 7, count: 132)))
                usleep(20)
            }
        }
        let worker = try cluster.worker { _, _ in usleep(100) }
        let result = try cluster.coordinator.join()
        try noise.join()
        #expect(result.state == cluster.reference(steps: 200))
        #expect(result.dropped.malformed > 0)
        #expect(try worker.join() == .finished)
    }

    @Test(arguments: [("2", "bits", "data"), ("1", "other", "data"), ("1", "bits", "other")])
    func strangersAreRefusedWithASentence(build: String, numeric: String, data: String) throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 10)
        let stranger = try cluster.worker(build: build, numericFingerprint: numeric, dataFingerprint: data)
        guard case .refused(let reason) = try stranger.join() else {
            Issue.record("it was not refused")
            return
        }
        #expect(
            reason.contains(
                build == "2"
                    ? "it is Ganglion 2, and the coordinator is 1"
                    : numeric == "other" ? "(other and bits)" : "other data"))
        #expect(reason.contains("--allow-mixed") == (data == "data"))
        let worker = try cluster.worker()
        #expect(try cluster.coordinator.join().state == cluster.reference(steps: 10))
        #expect(try worker.join() == .finished)
    }

    @Test func anotherProtocolVersionIsRefused() throws {
        let cluster = try TestCluster(endpoint: TestCluster.inProcessEndpoint(), steps: 10)
        let dealer = try DealerSocket(cluster.context, identity: .random())
        try dealer.connect(cluster.endpoint)
        _ = try dealer.send(header: Frame(WireProtocol.seal([1, 2, 3], version: 9)))
        var answer: CoordinatorMessage?
        let limit = ContinuousClock.now + .seconds(patience)
        while answer == nil, ContinuousClock.now < limit {
            answer = try nextMessage(dealer)?.1
            usleep(1000)
        }
        guard case .refusal(let reason) = answer else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("protocol version 9"))
        let worker = try cluster.worker()
        _ = try cluster.coordinator.join()
        _ = try worker.join()
    }

    @Test func aWorkerWithoutACoordinatorEnds() throws {
        let worker = TestCluster.worker(
            endpoint: TestCluster.localEndpoint(), context: try Context(), stopRequest: try StopRequest(), timeout: 0.4
        ) { _, _, _ in SyntheticComputer(lengths: [.generator: 1, .discriminator: 1]) }
        #expect(try worker.join() == .coordinatorLost(seconds: 0.4))
    }

    @Test func aSecondCoordinatorOnTheSamePathIsRefused() throws {
        let endpoint = TestCluster.localEndpoint()
        defer { TestCluster.remove(endpoint) }
        let cluster = try TestCluster(endpoint: endpoint, steps: 5)
        #expect(throws: MessagingError.self) { try TestCluster(endpoint: endpoint, steps: 5) }
        let worker = try cluster.worker()
        #expect(try cluster.coordinator.join().outcome == .finished)
        #expect(try worker.join() == .finished)
    }

}

private let hello = Hello(build: "1", numericFingerprint: "bits", name: "intruder", threads: 1, run: "")

/// The next readable message of a coordinator, if one is waiting.
private func nextMessage(_ dealer: borrowing DealerSocket) throws -> (UInt64, CoordinatorMessage)? {
    switch try dealer.receive() {
    case .message(let message):
        let content = try message.header.withUnsafeBytes { try MessageCodec.decodeCoordinator($0) }
        return (content.incarnation, content.message)
    default: return nil
    }
}
