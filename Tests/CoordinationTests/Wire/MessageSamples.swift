import Adversarial
import Coordination
import FileFormats

/// A message of every type, and headers made of them.
enum MessageSamples {
    static let worker: [WorkerMessage] = [
        .hello(Hello(build: "1.2", numericFingerprint: "ab", name: "host:1", threads: 2, run: "r")),
        .ready(dataFingerprint: "d"),
        .heartbeat(WorkerHeartbeat(ready: true, receivedLease: 7, finishedLease: 6)),
        .contribution(
            ContributionHeader(
                lease: 3, round: 9, node: ReductionNode(level: 2, index: 1), chunk: 4, length: 1_000_000, checksum: 0)),
        .request(ParametersRequest(network: .discriminator, version: 8, firstChunk: 2, chunks: 16)),
        .contribution(
            ContributionHeader(
                lease: 3, round: 9, node: ReductionNode(level: 2, index: 1), chunk: 0, length: 9,
                readings: [
                    FileReading(file: 7, content: content), FileReading(file: 8, content: content, fault: "no image"),
                ])),
        .failure(ShardFailure(lease: 4, round: 1, shard: 2, reason: "NaN")),
        .failure(
            ShardFailure(
                lease: 4, round: 1, shard: 2, reason: "a.png: it is gone", fault: FileFault(file: 5, kind: .missing))),
        .failure(
            ShardFailure(
                lease: 4, round: 1, shard: 2, reason: "a.png: other bytes",
                fault: FileFault(file: 5, kind: .changed, content: content))),
        .fileListRequest(FileListRequest(firstChunk: 3, chunks: 16)), .leave(reason: "stopped"),
        .notFinite(
            NotFinite(lease: 4, round: 8, step: 4, shard: 3, value: .init(network: .generator, layer: "3.weight"))),
        .notFinite(NotFinite(lease: 4, round: 8, step: 4, shard: 3, value: .init(network: .discriminator, layer: nil))),
        .statusRequest,
    ]

    private static let content = ContentHash(bytes: (1...16).map { UInt8($0) })!

    static let coordinator: [CoordinatorMessage] = [
        .welcome(
            Welcome(
                run: "r", configuration: "seed: 1", publisher: "tcp://*:5", shards: 4, heartbeatInterval: 5_000_000,
                chunkLength: 10)),
        .welcome(
            Welcome(
                run: "r", configuration: "seed: 1", publisher: "tcp://*:5", shards: 4, heartbeatInterval: 5_000_000,
                chunkLength: 10, fileList: FileListHeader(byteCount: 123, digest: "ab"))),
        .fileList(FileListChunk(chunk: 2, checksum: 5)), .fileList(FileListChunk(chunk: 0)),
        .refusal(reason: "no"), .rejoin(run: "r"), .heartbeat, .goodbye(reason: "done", finished: true),
        .assignment(
            Assignment(
                lease: 3,
                round: Round(
                    number: 4, step: 2, kind: .generator, batchIndex: 2, generatorVersion: 2, discriminatorVersion: 3),
                shards: [1, 2, 3])),
        .assignment(
            Assignment(
                lease: 4,
                round: Round(
                    number: 5, step: 2, kind: .discriminator, batchIndex: 3, generatorVersion: 2,
                    discriminatorVersion: 3, augmentationProbability: 0.1 + 0.2),
                shards: [1])),
        .parameters(ParametersHeader(network: .generator, version: 5, chunk: 1, length: 9, checksum: .max)),
        .status(status),
    ]

    private static let status = {
        var worker = ClusterStatus.Worker()
        worker.name = "host/12"
        worker.identity = "0a1b2c3d"
        worker.isReady = true
        worker.threads = 2
        worker.shards = 3
        worker.answeredShards = 99
        worker.millisecondsPerShard = 12.5
        worker.missedRounds = 4
        worker.wrongShards = 1
        worker.rejected = 5
        worker.lastHeardSeconds = 0.25
        var status = ClusterStatus()
        status.run = "r"
        status.step = 12
        status.steps = 500
        status.stepsPerSecond = 3.5
        status.shards = 8
        status.minWorkers = 2
        status.waitingSeconds = 1.5
        status.workers = [worker, ClusterStatus.Worker()]
        status.rejected.stale = 1
        status.rejected.duplicate = 2
        status.rejected.malformed = 3
        status.rejected.cutOff = 4
        status.rejected.damaged = 5
        return status
    }()

    /// The headers of all, as they travel.
    static func headers() throws -> [[UInt8]] {
        try worker.map { try MessageCodec.encode($0, incarnation: 11).withUnsafeBytes { Array($0) } }
            + coordinator.map { try MessageCodec.encode($0, incarnation: 12).withUnsafeBytes { Array($0) } }
    }
}
