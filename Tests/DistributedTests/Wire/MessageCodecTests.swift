import Adversarial
import Distributed
import Messaging
import Testing

/// Headers survive the wire, and nothing that a peer can send is more than an error.
struct MessageCodecTests {
    private let workerMessages: [WorkerMessage] = [
        .hello(Hello(build: "1.2", numericFingerprint: "ab", name: "host:1", threads: 2, run: "r")),
        .ready(dataFingerprint: "d"),
        .heartbeat(WorkerHeartbeat(ready: true, receivedLease: 7, finishedLease: 6)),
        .contribution(
            ContributionHeader(
                lease: 3, round: 9, node: ReductionNode(level: 2, index: 1), chunk: 4, length: 1_000_000, checksum: 0)),
        .request(ParametersRequest(network: .discriminator, version: 8, firstChunk: 2, chunks: 16)),
        .failure(ShardFailure(round: 1, shard: 2, reason: "NaN")), .leave(reason: "stopped"),
    ]

    private let coordinatorMessages: [CoordinatorMessage] = [
        .welcome(
            Welcome(
                run: "r", configuration: "seed: 1", publisher: "tcp://*:5", shards: 4, heartbeatInterval: 5,
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

    @Test func everyMessageComesBackAsItWas() throws {
        for message in workerMessages {
            let frame = try MessageCodec.encode(message, incarnation: 11)
            let (incarnation, decoded) = try frame.withUnsafeBytes { try MessageCodec.decodeWorker($0) }
            #expect(incarnation == 11)
            #expect(decoded == message)
        }
        for message in coordinatorMessages {
            let frame = try MessageCodec.encode(message, incarnation: 12)
            let (incarnation, decoded) = try frame.withUnsafeBytes { try MessageCodec.decodeCoordinator($0) }
            #expect(incarnation == 12)
            #expect(decoded == message)
        }
    }

    @Test func eachSideRefusesTheOthersMessages() throws {
        let frame = try MessageCodec.encode(.heartbeat, incarnation: 1)
        #expect(throws: DistributedError.self) { try frame.withUnsafeBytes { _ = try MessageCodec.decodeWorker($0) } }
        let other = try MessageCodec.encode(.leave(reason: ""), incarnation: 1)
        #expect(throws: DistributedError.self) {
            try other.withUnsafeBytes { _ = try MessageCodec.decodeCoordinator($0) }
        }
    }

    @Test func randomAndDamagedBytesAreErrors() throws {
        var random = SeededRandom(seed: 1)
        for turn in 0..<30_000 {
            var bytes: [UInt8]
            if turn % 2 == 0 {
                bytes = WireProtocol.prefix + (0..<Int(random.next() % 40)).map { _ in UInt8(random.next() & 255) }
            } else {
                let frame = try MessageCodec.encode(workerMessages[turn / 2 % workerMessages.count], incarnation: 5)
                bytes = frame.withUnsafeBytes { Array($0) }
                bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            }
            bytes.withUnsafeBytes { buffer in
                _ = try? MessageCodec.decodeWorker(buffer)
                _ = try? MessageCodec.decodeCoordinator(buffer)
            }
        }
    }

    @Test func aChecksumSeesEveryBit() {
        var random = SeededRandom(seed: 2)
        for length in [0, 1, 31, 32, 33, 1000] {
            var bytes = (0..<length).map { _ in UInt8(random.next() & 255) }
            let expected = bytes.withUnsafeBytes { PayloadChecksum.of($0) }
            for position in bytes.indices {
                bytes[position] ^= 1 << UInt8(position % 8)
                #expect(bytes.withUnsafeBytes { PayloadChecksum.of($0) } != expected)
                bytes[position] ^= 1 << UInt8(position % 8)
            }
            bytes.append(0)
            #expect(bytes.withUnsafeBytes { PayloadChecksum.of($0) } != expected)
        }
    }
}
