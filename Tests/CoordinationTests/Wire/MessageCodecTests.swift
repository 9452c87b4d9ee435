import Adversarial
import Coordination
import Messaging
import TestSupport
import Testing

/// Headers survive the wire, and nothing that a peer can send is more than an error.
struct MessageCodecTests {
    @Test func everyMessageComesBackAsItWas() throws {
        for message in MessageSamples.worker {
            let frame = try MessageCodec.encode(message, incarnation: 11)
            let (incarnation, decoded) = try frame.withUnsafeBytes { try MessageCodec.decodeWorker($0) }
            #expect(incarnation == 11)
            #expect(decoded == message)
        }
        for message in MessageSamples.coordinator {
            let frame = try MessageCodec.encode(message, incarnation: 12)
            let (incarnation, decoded) = try frame.withUnsafeBytes { try MessageCodec.decodeCoordinator($0) }
            #expect(incarnation == 12)
            #expect(decoded == message)
        }
    }

    @Test func eachSideRefusesTheOthersMessages() throws {
        let frame = try MessageCodec.encode(.heartbeat, incarnation: 1)
        #expect(throws: CoordinationError.self) { try frame.withUnsafeBytes { _ = try MessageCodec.decodeWorker($0) } }
        let other = try MessageCodec.encode(.leave(reason: ""), incarnation: 1)
        #expect(throws: CoordinationError.self) {
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
                let frame = try MessageCodec.encode(
                    MessageSamples.worker[turn / 2 % MessageSamples.worker.count], incarnation: 5)
                bytes = frame.withUnsafeBytes { Array($0) }
                bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            }
            bytes.withUnsafeBytes { buffer in
                _ = try? MessageCodec.decodeWorker(buffer)
                _ = try? MessageCodec.decodeCoordinator(buffer)
            }
        }
    }

    /// A flipped bit in a round's batch index would else be another batch; in the version, a reason to end.
    @Test func aFlippedBitInAHeaderIsAnError() throws {
        for message in MessageSamples.worker {
            let frame = try MessageCodec.encode(message, incarnation: 5)
            var bytes = frame.withUnsafeBytes { Array($0) }
            for position in bytes.indices {
                for bit in 0..<8 {
                    bytes[position] ^= 1 << bit
                    bytes.withUnsafeBytes { buffer in
                        #expect(throws: CoordinationError.self) { try WireProtocol.version(of: buffer) }
                        #expect(throws: CoordinationError.self) { _ = try MessageCodec.decodeWorker(buffer) }
                    }
                    bytes[position] ^= 1 << bit
                }
            }
        }
    }

    /// A probability decides bits: one that is none is refused as it arrives.
    @Test func anAugmentationsProbabilityIsFromZeroToOne() throws {
        for probability in [-0.5, 1.5, .nan, .infinity] {
            let round = Round(
                number: 5, step: 2, kind: .discriminator, batchIndex: 3, generatorVersion: 2, discriminatorVersion: 3,
                augmentationProbability: probability)
            let frame = try MessageCodec.encode(
                .assignment(Assignment(lease: 4, round: round, shards: [1])), incarnation: 5)
            #expect(throws: CoordinationError.self) {
                _ = try frame.withUnsafeBytes { try MessageCodec.decodeCoordinator($0) }
            }
        }
    }

    @Test func theFirstVersionIsForeignAndNotDamaged() throws {
        let bytes = Array(WireProtocol.prefix.dropLast()) + [1, 9, 200]
        #expect(try bytes.withUnsafeBytes { try WireProtocol.version(of: $0) } == 1)
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
