import Adversarial
import Coordination
import FileFormats
import Testing

/// Single decisions of a worker, event by event.
struct WorkerMachineTests {
    private let second = Nanoseconds.seconds(1)

    private func machine() -> WorkerMachine {
        WorkerMachine(
            settings: WorkerSettings(
                endpoint: "ipc:///c", build: "1", numericFingerprint: "n", name: "w", coordinatorTimeout: .seconds(30)),
            now: 0)
    }

    private func welcome(run: String = "r") -> CoordinatorMessage {
        .welcome(
            Welcome(
                run: run, configuration: "c", publisher: "inproc://p", shards: 4, heartbeatInterval: second,
                chunkLength: 4))
    }

    @Test("the list of files is fetched in chunks before anything is prepared, and what is lost is asked for again")
    func fetching() {
        var machine = machine()
        _ = machine.handle(.tick, at: 0)
        // 10 floats in chunks of 4: three.
        let list = FileListHeader(byteCount: 38, digest: "list")
        let welcome = Welcome(
            run: "r", configuration: "c", publisher: "inproc://p", shards: 4, heartbeatInterval: second, chunkLength: 4,
            fileList: list)
        let request = FileListRequest(firstChunk: 0, chunks: 16)
        #expect(
            receive(&machine, .welcome(welcome), at: second) == [
                .subscribe("inproc://p"), .beginFileList(byteCount: 38),
                .send(.fileListRequest(request), incarnation: 7),
            ])
        #expect(
            receive(&machine, .fileList(FileListChunk(chunk: 2)), bytes: 8, at: second) == [.storeFileList(chunk: 2)])
        #expect(receive(&machine, .fileList(FileListChunk(chunk: 2)), bytes: 8, at: second) == [], "it is here already")
        #expect(
            receive(&machine, .fileList(FileListChunk(chunk: 1)), bytes: 8, at: second) == [], "it has the wrong size")
        #expect(
            receive(&machine, .fileList(FileListChunk(chunk: 3)), bytes: 8, at: second) == [], "there is no such chunk")
        #expect(machine.malformed == 2)
        #expect(
            receive(&machine, .fileList(FileListChunk(chunk: 0)), bytes: 16, at: second) == [.storeFileList(chunk: 0)])
        let again = FileListRequest(firstChunk: 1, chunks: 16)
        #expect(machine.handle(.tick, at: 2 * second).contains(.send(.fileListRequest(again), incarnation: 7)))
        #expect(
            receive(&machine, .fileList(FileListChunk(chunk: 1)), bytes: 16, at: 2 * second) == [
                .storeFileList(chunk: 1), .prepare(welcome),
            ])
        _ = machine.handle(
            .prepared(dataFingerprint: "d", parameterLengths: [.generator: 6, .discriminator: 6]), at: 2 * second)
        // Who joins again has the list already.
        _ = receive(&machine, .rejoin(run: "r"), at: 2 * second)
        #expect(
            receive(&machine, .welcome(welcome), at: 2 * second).contains(
                .send(.ready(dataFingerprint: "d"), incarnation: 7)))
    }

    @Test("a shard whose file cannot be read is handed back, and the worker goes on; any other failure ends it")
    func handingBack() {
        var machine = joined()
        _ = parameters(&machine, 3)
        let round = round(5, versions: 3)
        _ = receive(&machine, assignment(1, round, [1, 2]))
        let fault = FileFault(file: 4, kind: .missing)
        let failure = ShardFailure(lease: 1, round: 5, shard: 2, reason: "gone", fault: fault)
        #expect(
            machine.handle(.computationFailed(lease: 1, round, shard: 2, reason: "gone", fault), at: 0) == [
                .send(.failure(failure), incarnation: 7), .abandon(lease: 1),
                .report(.handedBack(step: 5, shard: 2, reason: "gone")),
            ])
        #expect(!machine.hasEnded)
        #expect(machine.handle(.computed(lease: 1, round, shard: 1), at: 0) == [], "the lease is given up")
        _ = receive(&machine, assignment(2, round, [1]))
        #expect(
            machine.handle(.computationFailed(lease: 2, round, shard: 1, reason: "bad", nil), at: 0).last
                == .end(.failed("bad")))
    }

    private func round(_ number: UInt64, versions: UInt64) -> Round {
        Round(
            number: number, step: number, kind: .simultaneous, batchIndex: number, generatorVersion: versions,
            discriminatorVersion: versions)
    }

    private func receive(
        _ machine: inout WorkerMachine, _ message: CoordinatorMessage, bytes: Int? = nil, incarnation: UInt64 = 7,
        at now: Nanoseconds = 0
    ) -> [WorkerEffect] {
        machine.handle(.message(message, incarnation: incarnation, payloadBytes: bytes), at: now)
    }

    /// A worker that has joined, with networks of 6 floats: chunks of 4 and 2.
    private func joined() -> WorkerMachine {
        var machine = machine()
        _ = machine.handle(.tick, at: 0)
        _ = receive(&machine, welcome())
        _ = machine.handle(
            .prepared(dataFingerprint: "d", parameterLengths: [.generator: 6, .discriminator: 6]), at: 0)
        return machine
    }

    private func parameters(
        _ machine: inout WorkerMachine, _ version: UInt64, incarnation: UInt64 = 7, at now: Nanoseconds = 0
    ) -> [WorkerEffect] {
        var effects: [WorkerEffect] = []
        for network in Network.allCases {
            for (chunk, bytes) in [(1, 8), (0, 16)] {
                let header = ParametersHeader(network: network, version: version, chunk: chunk, length: 6)
                effects += receive(&machine, .parameters(header), bytes: bytes, incarnation: incarnation, at: now)
            }
        }
        return effects
    }

    private func assignment(_ lease: UInt64, _ round: Round, _ shards: [Int]) -> CoordinatorMessage {
        .assignment(Assignment(lease: lease, round: round, shards: shards))
    }

    private func computed(_ effects: [WorkerEffect]) -> [Int] {
        effects.compactMap { if case .compute(_, _, let shard) = $0 { shard } else { nil } }
    }

    @Test func joining() {
        var machine = machine()
        let hello = Hello(build: "1", numericFingerprint: "n", name: "w", threads: 1, run: "")
        #expect(machine.handle(.tick, at: 0) == [.send(.hello(hello), incarnation: 0)])
        #expect(machine.handle(.tick, at: second / 4) == [])
        #expect(machine.handle(.tick, at: second) == [.send(.hello(hello), incarnation: 0)])
        guard case .welcome(let welcome) = welcome() else { return }
        #expect(receive(&machine, .welcome(welcome)) == [.subscribe("inproc://p"), .prepare(welcome)])
        #expect(receive(&machine, .welcome(welcome)) == [])
        let ready = machine.handle(
            .prepared(dataFingerprint: "d", parameterLengths: [.generator: 6, .discriminator: 6]), at: second)
        #expect(ready.first == .send(.ready(dataFingerprint: "d"), incarnation: 7))
    }

    @Test func assignmentAndParametersComeInEitherOrder() {
        var first = joined()
        #expect(computed(parameters(&first, 3)).isEmpty)
        #expect(computed(receive(&first, assignment(1, round(5, versions: 3), [1, 2, 3]))) == [1, 2, 3])
        var second = joined()
        #expect(computed(receive(&second, assignment(1, round(5, versions: 3), [1, 2, 3]))).isEmpty)
        #expect(computed(parameters(&second, 3)) == [1, 2, 3])
        // The same lease again is the same lease.
        #expect(receive(&second, assignment(1, round(5, versions: 3), [1, 2, 3])) == [])
    }

    @Test func oneSumForEachCompleteSubtree() {
        var machine = joined()
        _ = parameters(&machine, 3)
        let round = round(5, versions: 3)
        _ = receive(&machine, assignment(1, round, [1, 2, 3]))
        #expect(
            machine.handle(.computed(lease: 1, round, shard: 3), at: 0) == [.accumulate(lease: 1, shard: 3, levels: 0)])
        #expect(
            machine.handle(.computed(lease: 1, round, shard: 1), at: 0) == [
                .accumulate(lease: 1, shard: 1, levels: 0),
                .contribute(lease: 1, round, ReductionNode(shard: 1), incarnation: 7),
            ])
        #expect(
            machine.handle(.computed(lease: 1, round, shard: 2), at: 0) == [
                .accumulate(lease: 1, shard: 2, levels: 1),
                .contribute(lease: 1, round, ReductionNode(level: 1, index: 1), incarnation: 7),
            ])
        // A heartbeat says that a lease is answered only when all of it has been handed to the socket.
        func finished(_ now: Nanoseconds) -> UInt64? {
            for case .send(.heartbeat(let heartbeat), _) in machine.handle(.tick, at: now) {
                return heartbeat.finishedLease
            }
            return nil
        }
        #expect(finished(second) == 0)
        _ = machine.handle(.contributed(lease: 1, node: ReductionNode(shard: 1)), at: second)
        #expect(finished(2 * second) == 0)
        _ = machine.handle(.contributed(lease: 1, node: ReductionNode(level: 1, index: 1)), at: second)
        #expect(finished(3 * second) == 1)
    }

    @Test func missingParametersAreAskedFor() {
        var machine = joined()
        // With nothing at all: at once.
        let effects = receive(&machine, assignment(1, round(5, versions: 3), [0]), at: second)
        let request = ParametersRequest(
            network: .generator, version: 3, firstChunk: 0, chunks: ParameterAssembly.credit)
        #expect(effects.contains(.send(.request(request), incarnation: 7)))
        _ = parameters(&machine, 3, at: second)
        // Else after a while, from the first chunk that is missing.
        let header = ParametersHeader(network: .generator, version: 4, chunk: 0, length: 6)
        _ = receive(&machine, .parameters(header), bytes: 16, at: 2 * second)
        let next = receive(&machine, assignment(2, round(6, versions: 4), [0]), at: 2 * second)
        #expect(next.allSatisfy { if case .send = $0 { false } else { true } })
        let late = machine.handle(.tick, at: 2 * second + second / 2)
        #expect(
            late.contains(
                .send(
                    .request(
                        ParametersRequest(
                            network: .generator, version: 4, firstChunk: 1, chunks: ParameterAssembly.credit)),
                    incarnation: 7)))
    }

    @Test func whatIsNotFiniteIsReportedAndItsLeaseGivenUp() {
        var machine = joined()
        _ = parameters(&machine, 3)
        let round = round(5, versions: 3)
        _ = receive(&machine, assignment(1, round, [1, 2]))
        let value = NonfiniteValue(network: .generator, layer: "0.weight")
        let report = NotFinite(lease: 1, round: 5, step: 5, shard: 2, value: value)
        let effects = machine.handle(.notFinite(lease: 1, round, shard: 2, value), at: 0)
        #expect(effects.first == .abandon(lease: 1))
        #expect(effects.last == .send(.notFinite(report), incarnation: 7))
        #expect(machine.handle(.computed(lease: 1, round, shard: 1), at: 0) == [])
    }

    @Test func aNewRoundEndsTheOld() {
        var machine = joined()
        _ = parameters(&machine, 3)
        _ = receive(&machine, assignment(1, round(5, versions: 3), [0]))
        let effects = receive(&machine, assignment(4, round(6, versions: 4), [0]))
        #expect(effects.first == .abandon(lease: 1))
        #expect(machine.handle(.computed(lease: 1, self.round(5, versions: 3), shard: 0), at: 0) == [])
        // An assignment of an older round is of no use.
        #expect(receive(&machine, assignment(5, round(5, versions: 3), [0])) == [])
    }

    @Test func staleAndMalformedMessagesAreDropped() {
        var machine = joined()
        #expect(parameters(&machine, 3, incarnation: 6) == [])
        #expect(receive(&machine, assignment(1, round(5, versions: 3), [0]), incarnation: 6) == [])
        let header = ParametersHeader(network: .generator, version: 3, chunk: 0, length: 6)
        #expect(receive(&machine, .parameters(header), bytes: 12) == [])
        #expect(
            receive(
                &machine, .parameters(ParametersHeader(network: .generator, version: 3, chunk: 9, length: 6)), bytes: 16
            )
                == [])
        #expect(receive(&machine, assignment(1, round(5, versions: 3), [4])) == [])
        #expect(receive(&machine, assignment(1, round(5, versions: 3), [1, 1])) == [])
        #expect(machine.malformed == 4)
    }

    @Test func anotherIncarnationCountsAnew() {
        var machine = joined()
        _ = parameters(&machine, 30)
        _ = receive(&machine, assignment(9, round(50, versions: 30), [0]))
        #expect(receive(&machine, .rejoin(run: "r"), incarnation: 8).contains(.abandon(lease: 9)))
        // Networks and data are still at hand.
        let effects = receive(&machine, welcome(), incarnation: 8)
        #expect(effects.contains(.send(.ready(dataFingerprint: "d"), incarnation: 8)))
        _ = parameters(&machine, 20, incarnation: 8)
        #expect(computed(receive(&machine, assignment(1, round(40, versions: 20), [2]), incarnation: 8)) == [2])
        // What was still being computed for a lease of the same number is not taken for an answer to this one.
        let old = machine.handle(.computed(lease: 1, round(50, versions: 30), shard: 2), at: 0)
        #expect(old == [])
    }

    @Test("a worker whose coordinator's address serves another run forgets the first run, and joins the second")
    func anotherRun() throws {
        var machine = joined()
        _ = parameters(&machine, 3)
        _ = receive(&machine, assignment(1, round(0, versions: 3), [0]))
        let effects = receive(&machine, .rejoin(run: "other"), incarnation: 8, at: second)
        #expect(effects.first == .abandon(lease: 1))
        let hello = Hello(build: "1", numericFingerprint: "n", name: "w", threads: 1, run: "r")
        #expect(effects.last == .send(.hello(hello), incarnation: 0))
        let welcome = try #require({ if case .welcome(let it) = self.welcome(run: "other") { it } else { nil } }())
        // The same configuration: networks and data are built again all the same.
        #expect(
            receive(&machine, .welcome(welcome), incarnation: 8, at: second) == [
                .subscribe("inproc://p"), .prepare(welcome),
            ])
        #expect(parameters(&machine, 0, incarnation: 8) == [], "it is not ready")
        let lengths: [Network: Int] = [.generator: 6, .discriminator: 6]
        #expect(
            machine.handle(.prepared(dataFingerprint: "e", parameterLengths: lengths), at: second) == [
                .send(.ready(dataFingerprint: "e"), incarnation: 8), .report(.joined(run: "other")),
            ])
        // Leases and versions count from the start again.
        #expect(computed(receive(&machine, assignment(1, round(0, versions: 0), [2]), incarnation: 8)).isEmpty)
        #expect(computed(parameters(&machine, 0, incarnation: 8)) == [2])
    }

    @Test("a list of files and a preparation of the run before do not count in the next one")
    func anotherRunWhileOneIsPrepared() throws {
        func welcome(_ run: String) -> Welcome {
            Welcome(
                run: run, configuration: "c", publisher: "inproc://p", shards: 4, heartbeatInterval: second,
                chunkLength: 4, fileList: FileListHeader(byteCount: 16, digest: "list"))
        }
        var machine = machine()
        _ = machine.handle(.tick, at: 0)
        _ = receive(&machine, .welcome(welcome("r")))
        let stored = receive(&machine, .fileList(FileListChunk(chunk: 0)), bytes: 16)
        #expect(stored == [.storeFileList(chunk: 0), .prepare(welcome("r"))])
        _ = receive(&machine, .rejoin(run: "other"), incarnation: 8)
        #expect(
            receive(&machine, .welcome(welcome("other")), incarnation: 8).contains(.beginFileList(byteCount: 16)))
        _ = receive(&machine, .fileList(FileListChunk(chunk: 0)), bytes: 16, incarnation: 8)
        // It was still being prepared for the first run, and fails: the second one's preparation begins.
        #expect(machine.handle(.preparationFailed("gone"), at: second) == [.prepare(welcome("other"))])
        #expect(machine.handle(.preparationFailed("gone"), at: second).last == .end(.failed("gone")))
    }

    @Test func endings() {
        var refused = machine()
        #expect(receive(&refused, .refusal(reason: "no")) == [.end(.refused("no"))])
        var done = joined()
        #expect(
            receive(&done, .goodbye(reason: "done", finished: true)) == [
                .send(.leave(reason: ""), incarnation: 7), .end(.finished),
            ])
        #expect(receive(&done, assignment(1, round(5, versions: 3), [0])) == [])
        var stale = joined()
        #expect(receive(&stale, .goodbye(reason: "done", finished: true), incarnation: 6) == [])
        var lost = joined()
        var effects: [WorkerEffect] = []
        for time in 1...40 { effects += lost.handle(.tick, at: UInt64(time) * second) }
        #expect(effects.last == .end(.coordinatorLost(seconds: 30)))
        var asleep = joined()
        effects = asleep.handle(.tick, at: second) + asleep.handle(.tick, at: 600 * second)
        #expect(!asleep.hasEnded)
    }
}
