import Adversarial
import Coordination
import FileFormats
import Foundation
import Messaging

/// A computer of synthetic contributions, with hooks for what goes wrong.
final class SyntheticComputer: ShardComputer {
    let dataFingerprint: String
    let lengths: [Network: Int]
    let before: @Sendable (Round, Int) throws -> Void
    let after: @Sendable (Round, Int, UnsafeMutableBufferPointer<Float>) -> Void
    let files: @Sendable (Round, Int) -> [FileReading]

    init(
        lengths: [Network: Int], dataFingerprint: String = "data",
        before: @escaping @Sendable (Round, Int) throws -> Void = { _, _ in },
        after: @escaping @Sendable (Round, Int, UnsafeMutableBufferPointer<Float>) -> Void = { _, _, _ in },
        files: @escaping @Sendable (Round, Int) -> [FileReading] = { _, _ in [] }
    ) {
        self.after = after
        self.files = files
        self.lengths = lengths
        self.dataFingerprint = dataFingerprint
        self.before = before
    }

    func parameterLength(of network: Network) -> Int { lengths[network]! }
    func contributionLength(of kind: RoundKind) -> Int { SyntheticTraining.contributionLength(kind, lengths) }
    func prefetch(_ round: Round, shard: Int) {}
    func readings(_ round: Round, shard: Int) -> [FileReading] { files(round, shard) }

    func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        computeThread: Int, into contribution: UnsafeMutableBufferPointer<Float>
    ) throws {
        try before(round, shard)
        SyntheticTraining.compute(
            round, shard: shard, generator: generator, discriminator: discriminator, into: contribution)
        after(round, shard, contribution)
    }

    func firstNonfinite(in contribution: UnsafeBufferPointer<Float>, of kind: RoundKind) -> NonfiniteValue? {
        contribution.allSatisfy(\.isFinite) ? nil : NonfiniteValue(network: kind.networks[0], layer: "0.weight")
    }
}

/// A coordinator and workers as threads of this process, over real sockets.
final class TestCluster: Sendable {
    struct Result: Sendable {
        var state: SyntheticState
        var outcome: CoordinatorOutcome
        var statistics: CoordinatorStatistics
        var dropped: ClusterStatus.Rejected
        var events: [String]
        var workers: [Int]
    }

    let context: Context
    let endpoint: Endpoint
    let stopRequest: StopRequest
    let coordinator: TestThread<Result>
    let lengths: [Network: Int]

    /// Starts the coordinator and waits until it is bound.
    init(
        endpoint: Endpoint, shards: Int = 4, lengths: [Network: Int] = [.generator: 40, .discriminator: 30],
        steps: Int, updateOrder: UpdateOrder = .alternating, chunkLength: Int = ChunkLayout.standardLength,
        minWorkers: Int = 1, workerTimeout: Double = 1, verificationShare: Double = 0,
        security: CoordinatorSecurity? = nil,
        files: TestFiles = TestFiles(), onComplete: @escaping @Sendable (Round) throws -> Void = { _ in }
    ) throws {
        let context = try Context()
        let stopRequest = try StopRequest()
        let bound = Mailbox<Swift.Result<Endpoint, any Error>>()
        self.context = context
        self.stopRequest = stopRequest
        self.lengths = lengths
        coordinator = TestThread {
            let source = SyntheticSource(shards: shards, lengths: lengths, steps: steps, updateOrder: updateOrder)
            source.onComplete = onComplete
            source.files = files
            var options = CoordinatorOptions(
                endpoint: endpoint, run: "run", configuration: "configuration", build: "1", numericFingerprint: "bits",
                dataFingerprint: "data")
            options.fileList = files.list
            options.chunkLength = chunkLength
            options.cluster.minWorkers = minWorkers
            options.cluster.verificationShare = verificationShare
            options.cluster.heartbeatSeconds = 0.1
            options.cluster.workerTimeoutSeconds = workerTimeout
            options.security = security
            let driver: CoordinatorDriver
            do {
                driver = try CoordinatorDriver(
                    options: options, source: source, context: context, stopRequest: stopRequest)
                bound.put(.success(driver.endpoint))
            } catch {
                bound.put(.failure(error))
                throw error
            }
            let outcome = try driver.run()
            return Result(
                state: source.state, outcome: outcome, statistics: driver.statistics, dropped: driver.dropped,
                events: source.events, workers: source.workers)
        }
        self.endpoint = try bound.take().get()
    }

    /// Starts a worker; in-process endpoints share the coordinator's context.
    func worker(
        threads: Int = 1, stopRequest: StopRequest? = nil, build: String = "1", numericFingerprint: String = "bits",
        dataFingerprint: String = "data",
        before: @escaping @Sendable (Round, Int) throws -> Void = { _, _ in }
    ) throws -> TestThread<WorkerOutcome> {
        let lengths = self.lengths
        let stopRequest = try stopRequest ?? StopRequest()
        return TestCluster.worker(
            endpoint: endpoint, context: context, threads: threads, stopRequest: stopRequest, build: build,
            numericFingerprint: numericFingerprint
        ) { _, _, _ in SyntheticComputer(lengths: lengths, dataFingerprint: dataFingerprint, before: before) }
    }

    static func worker(
        endpoint: Endpoint, context: Context, threads: Int = 1, stopRequest: StopRequest, build: String = "1",
        numericFingerprint: String = "bits", timeout: Double = 10, security: SocketSecurity = .plain,
        makeComputer: @escaping ShardComputerFactory
    ) -> TestThread<WorkerOutcome> {
        TestThread {
            var options = WorkerOptions(
                endpoint: endpoint, build: build, numericFingerprint: numericFingerprint, name: "test")
            options.threads = threads
            options.coordinatorTimeoutSeconds = timeout
            options.security = security
            let driver = try WorkerDriver(
                options: options, context: context, stopRequest: stopRequest, makeComputer: makeComputer)
            return try driver.run()
        }
    }

    func reference(shards: Int = 4, steps: Int, updateOrder: UpdateOrder = .alternating) -> SyntheticState {
        SyntheticTraining.reference(shards: shards, lengths: lengths, steps: steps, updateOrder: updateOrder)
    }

    /// An endpoint on this machine that nobody else has.
    static func localEndpoint() -> Endpoint {
        .ipc(path: "/tmp/ganglion-test-\(UInt64.random(in: 0 ... .max))/c")
    }

    static func inProcessEndpoint() -> Endpoint { .inproc(name: "c\(UInt64.random(in: 0 ... .max))") }

    static func remove(_ endpoint: Endpoint) {
        guard case .ipc(let path) = endpoint else { return }
        try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
    }
}
