import Adversarial
import Coordination
import FileFormats
import Messaging
import Testing

/// What the coordinator decides about shards that are handed back because of files, event by event.
struct HandedBackTests {
    private let second = Nanoseconds.seconds(1)
    private let a = PeerIdentity(low: 1, high: 1)
    private let b = PeerIdentity(low: 3, high: 2)

    /// A coordinator in its first round of two shards, with these workers ready.
    private func machine(_ peers: [PeerIdentity]) -> (machine: CoordinatorMachine, effects: [CoordinatorEffect]) {
        var machine = CoordinatorMachine(
            settings: CoordinatorSettings(
                run: "r", incarnation: 7, configuration: "c", publisher: "inproc://p", shards: 2,
                parameterLengths: [.generator: 10, .discriminator: 10],
                contributionLengths: [.discriminator: 8, .generator: 8, .simultaneous: 16], chunkLength: 4, build: "1",
                numericFingerprint: "n", dataFingerprint: "d",
                fileList: FileListHeader(byteCount: 4 * 4 * 20, digest: "list"),
                cluster: ClusterSettings {
                    $0.minWorkers = peers.count
                    $0.workerTimeoutSeconds = 5000
                }),
            now: 0)
        let round = Round(
            number: 0, step: 0, kind: .discriminator, batchIndex: 0, generatorVersion: 0, discriminatorVersion: 0)
        var effects = machine.handle(.begin(round), at: 0)
        for peer in peers { effects += join(&machine, peer, at: 0) }
        return (machine, effects)
    }

    private func join(
        _ machine: inout CoordinatorMachine, _ peer: PeerIdentity, at now: Nanoseconds
    ) -> [CoordinatorEffect] {
        let hello = Hello(
            build: "1", numericFingerprint: "n", name: peer == a ? "a" : "b", threads: 1, run: "")
        _ = machine.handle(.message(.hello(hello), incarnation: 0, from: peer, payloadBytes: nil), at: now)
        return machine.handle(
            .message(.ready(dataFingerprint: "d"), incarnation: 7, from: peer, payloadBytes: nil), at: now)
    }

    private func leases(_ effects: [CoordinatorEffect]) -> [(peer: PeerIdentity, lease: UInt64, shards: [Int])] {
        effects.compactMap {
            if case .send(.assignment(let assignment), let peer) = $0 {
                (peer, assignment.lease, assignment.shards)
            } else {
                nil
            }
        }
    }

    private func failure(_ lease: UInt64, _ shard: Int, from peer: PeerIdentity) -> CoordinatorEvent {
        .message(
            .failure(
                ShardFailure(
                    lease: lease, round: 0, shard: shard, reason: "x.png: it is gone",
                    fault: FileFault(file: 3, kind: .missing))),
            incarnation: 7, from: peer, payloadBytes: nil)
    }

    @Test("the shard goes to another worker, the rest may come back to the first")
    func another() throws {
        var (machine, effects) = machine([a, b])
        let own = try #require(leases(effects).first { $0.peer == a })
        effects = machine.handle(failure(own.lease, own.shards[0], from: a), at: second)
        #expect(leases(effects).map(\.peer) == [b])
        #expect(leases(effects).flatMap(\.shards) == own.shards)
        #expect(machine.readyWorkers == 2)
        let said = effects.contains {
            if case .report(.handedBack("a", own.shards, 0, "x.png: it is gone")) = $0 { true } else { false }
        }
        #expect(said)
        // Of a lease that is not its own, or of another round, it has nothing to say.
        #expect(leases(machine.handle(failure(own.lease, own.shards[0], from: a), at: second)).isEmpty)
    }

    @Test("with nobody else the round waits, asks again after a while, and whoever joins at once")
    func nobodyElse() throws {
        var (machine, effects) = machine([a])
        let own = try #require(leases(effects).first)
        effects = machine.handle(failure(own.lease, 0, from: a), at: second)
        // The other shard is asked for again.
        #expect(leases(effects).flatMap(\.shards) == [1])
        #expect(effects.contains(.report(.nobodyCanRead(shard: 0, seconds: 10))))
        var later = machine
        #expect(leases(later.handle(.tick, at: second * 5)).isEmpty)
        #expect(leases(later.handle(.tick, at: second * 12)).flatMap(\.shards) == [0])
        #expect(leases(join(&machine, b, at: second * 2)).map(\.shards) == [[0]])
    }

    @Test("one that hands back shard after shard is refused with the reason")
    func refused() throws {
        var (machine, effects) = machine([a])
        var now = second
        var refusals: [String] = []
        for _ in 0..<12 {
            guard let lease = leases(effects).first else {
                now += 12 * second
                effects = machine.handle(.tick, at: now)
                continue
            }
            effects = machine.handle(failure(lease.lease, lease.shards[0], from: a), at: now)
            for case .send(.refusal(let reason), _) in effects { refusals.append(reason) }
        }
        #expect(refusals.count == 1)
        #expect(refusals.first?.contains("x.png: it is gone") == true)
        #expect(machine.readyWorkers == 0)
    }

    @Test("a contribution that was computed from other files is not taken in")
    func otherFiles() throws {
        var (machine, effects) = machine([a, b])
        let own = try #require(leases(effects).first { $0.peer == a })
        let header = ContributionHeader(
            lease: own.lease, round: 0, node: ReductionNode(shard: own.shards[0]), chunk: 0, length: 8)
        effects = machine.handle(
            .otherFiles(header, incarnation: 7, from: a, reason: "x.png: other bytes"), at: second)
        #expect(leases(effects).map(\.peer) == [b])
        #expect(!effects.contains { if case .reduce = $0 { true } else { false } })
    }

    @Test("a request for the list is answered by as many chunks as there are and as are allowed at once")
    func list() {
        var (machine, _) = machine([a])
        func chunks(_ first: Int, _ count: Int) -> [Int] {
            machine.handle(
                .message(
                    .fileListRequest(FileListRequest(firstChunk: first, chunks: count)), incarnation: 7, from: a,
                    payloadBytes: nil), at: second
            ).compactMap { if case .sendFileList(let chunk, a) = $0 { chunk } else { nil } }
        }
        #expect(chunks(0, 3) == [0, 1, 2])
        #expect(chunks(18, 10) == [18, 19])
        #expect(chunks(0, 1_000_000) == Array(0..<16))
        #expect(chunks(20, 1).isEmpty)
    }
}
