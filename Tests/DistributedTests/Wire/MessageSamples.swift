import Adversarial
import Distributed

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
        .failure(ShardFailure(round: 1, shard: 2, reason: "NaN")), .leave(reason: "stopped"),
    ]

    static let coordinator: [CoordinatorMessage] = [
        .welcome(
            Welcome(
                run: "r", configuration: "seed: 1", publisher: "tcp://*:5", shards: 4, heartbeatInterval: 5_000_000,
                chunkLength: 10)),
        .refusal(reason: "no"), .rejoin(run: "r"), .heartbeat, .goodbye(reason: "done", finished: true),
        .assignment(
            Assignment(
                lease: 3,
                round: Round(
                    number: 4, step: 2, kind: .generator, draw: 2, generatorVersion: 2, discriminatorVersion: 3),
                shards: [1, 2, 3])),
        .parameters(ParametersHeader(network: .generator, version: 5, chunk: 1, length: 9, checksum: .max)),
    ]

    /// The headers of all, as they travel.
    static func headers() throws -> [[UInt8]] {
        try worker.map { try MessageCodec.encode($0, incarnation: 11).withUnsafeBytes { Array($0) } }
            + coordinator.map { try MessageCodec.encode($0, incarnation: 12).withUnsafeBytes { Array($0) } }
    }
}
