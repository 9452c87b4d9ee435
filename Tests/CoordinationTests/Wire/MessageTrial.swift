import Adversarial
import Coordination
import Messaging

/// What a peer's bytes do to a process: they are decoded, and what they say is taken in by the state machines that the
/// program runs, in the middle of a round. Used by the seeded fuzz test and by libFuzzer (`scripts/fuzz`).
struct MessageTrial {
    /// What must not be, whatever a peer sends.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Which side took the bytes for a message.
    struct Outcome: Hashable {
        var worker: WorkerMessage?
        var coordinator: CoordinatorMessage?
        var isValid: Bool { worker != nil || coordinator != nil }
    }

    static let run = "r"
    static let incarnation: UInt64 = 11
    private static let peer = PeerIdentity(low: 3, high: 4)
    private static let lengths: [Network: Int] = [.generator: 40, .discriminator: 30]
    private let coordinator: CoordinatorMachine
    private let worker: WorkerMachine

    init() {
        let round = Round(
            number: 9, step: 4, kind: .generator, batchIndex: 4, generatorVersion: 4, discriminatorVersion: 5)
        var coordinator = CoordinatorMachine(
            settings: CoordinatorSettings(
                run: Self.run, incarnation: Self.incarnation, configuration: "seed: 1", publisher: "tcp://*:5",
                shards: 4, parameterLengths: Self.lengths,
                contributionLengths: [.generator: 43, .discriminator: 33, .simultaneous: 73], chunkLength: 16,
                build: "1.2", numericFingerprint: "ab", dataFingerprint: "d",
                fileList: FileListHeader(byteCount: 1000, digest: "e")), now: 0)
        _ = coordinator.handle(.begin(round), at: 1)
        for message in [MessageSamples.worker[0], .ready(dataFingerprint: "d")] {
            _ = coordinator.handle(
                .message(message, incarnation: Self.incarnation, from: Self.peer, payloadBytes: nil), at: 2)
        }
        self.coordinator = coordinator
        var worker = WorkerMachine(
            settings: WorkerSettings(endpoint: "tcp://a:5", build: "1.2", numericFingerprint: "ab", name: "w"), now: 0)
        _ = worker.handle(.tick, at: 1)
        let welcome = Welcome(
            run: Self.run, configuration: "seed: 1", publisher: "tcp://*:5", shards: 4,
            heartbeatInterval: 1_000_000_000, chunkLength: 16)
        _ = worker.handle(.message(.welcome(welcome), incarnation: Self.incarnation, payloadBytes: nil), at: 2)
        _ = worker.handle(.prepared(dataFingerprint: "d", parameterLengths: Self.lengths), at: 3)
        self.worker = worker
    }

    /// Takes a header in, beside a payload of so many bytes.
    ///
    /// - Throws: `Failure` where a message changes when it is sent again, is larger than its bytes, or makes a machine
    ///   do what it must not.
    func take(_ header: UnsafeRawBufferPointer, payloadBytes: Int?) throws -> Outcome {
        var outcome = Outcome()
        if let (incarnation, message) = try? MessageCodec.decodeWorker(header) {
            outcome.worker = message
            let again = try MessageCodec.encode(message, incarnation: incarnation)
            let decoded = try again.withUnsafeBytes { try MessageCodec.decodeWorker($0) }
            try expect(decoded.message == message && decoded.incarnation == incarnation, "\(message) changed")
            var machine = coordinator
            for peer in [Self.peer, PeerIdentity(low: 5, high: 6)] {
                let effects = machine.handle(
                    .message(message, incarnation: incarnation, from: peer, payloadBytes: payloadBytes), at: 4)
                try check(effects, message, payloadBytes)
                _ = machine.handle(.tick, at: machine.nextTick)
            }
        }
        if let (incarnation, message) = try? MessageCodec.decodeCoordinator(header) {
            outcome.coordinator = message
            let again = try MessageCodec.encode(message, incarnation: incarnation)
            let decoded = try again.withUnsafeBytes { try MessageCodec.decodeCoordinator($0) }
            try expect(decoded.message == message && decoded.incarnation == incarnation, "\(message) changed")
            if case .assignment(let assignment) = message {
                try expect(assignment.shards.count <= header.count, "more shards than bytes")
            }
            for isJoining in [false, true] {
                var machine = worker
                if isJoining {
                    _ = machine.handle(.message(.rejoin(run: Self.run), incarnation: 11, payloadBytes: nil), at: 4)
                }
                let effects = machine.handle(
                    .message(message, incarnation: incarnation, payloadBytes: payloadBytes), at: 5)
                try expect(effects.count <= 64, "\(message) has \(effects.count) effects")
                _ = machine.handle(.tick, at: machine.nextTick)
            }
        }
        return outcome
    }

    /// A sum is added only where its payload has the size of its place; nothing is answered with more than was granted.
    private func check(_ effects: [CoordinatorEffect], _ message: WorkerMessage, _ payloadBytes: Int?) throws {
        try expect(effects.count <= 64, "\(message) has \(effects.count) effects")
        for case .reduce(let node, let chunk, _) in effects {
            guard case .contribution(let header) = message else { throw Failure(description: "\(message) is added") }
            let size = ChunkLayout(length: 43, chunkLength: 16)
            try expect(
                header.node == node && header.chunk == chunk && chunk < size.count && header.length == size.length
                    && payloadBytes == size.byteCount(of: chunk),
                "\(message) with \(payloadBytes ?? -1) bytes is added")
        }
    }

    private func expect(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
        if !condition { throw Failure(description: problem()) }
    }
}
