import Adversarial
import Distributed
import Messaging

/// What may go wrong in a simulated cluster: probabilities per message, and mean times between events in seconds (0: never).
struct Faults: Sendable {
    /// A published message does not reach a subscriber.
    var publishedLoss = 0.0
    /// A message comes twice.
    var duplication = 0.0
    /// A connection breaks: what is under way on it is lost in both directions.
    var disconnectEvery = 0.0
    /// A worker dies; another one starts a little later.
    var deathEvery = 0.0
    /// A worker is stopped for a while, shorter or longer than the time-out.
    var pauseEvery = 0.0
    /// The coordinator dies and starts again from its last checkpoint.
    var restartEvery = 0.0
    /// Some computations take seconds.
    var slowness = 0.0

    static let none = Faults()
    static let everything = Faults(
        publishedLoss: 0.1, duplication: 0.05, disconnectEvery: 4, deathEvery: 6, pauseEvery: 8, restartEvery: 15,
        slowness: 0.02)
}

/// A whole cluster in virtual time: the very state machines, reduction and parameter store that the program runs, with
/// a network and a clock that one seed decides.
final class Simulation {
    struct Configuration {
        var shards = 4
        var workers = 3
        var steps = 12
        var schedule = Schedule.alternating
        var faults = Faults.none
        var lengths: [Network: Int] = [.generator: 7, .discriminator: 5]
        var checkpointEvery: UInt64 = 5
        var defences = Defences.all
    }

    /// What ends the simulation without a result.
    struct Stuck: Error, CustomStringConvertible {
        let description: String
    }

    private enum Action {
        case coordinatorTick(incarnation: UInt64)
        case workerTick(Int)
        case toCoordinator(Int, epoch: Int, WorkerMessage, incarnation: UInt64, payload: [Float]?)
        case toWorker(Int, epoch: Int?, CoordinatorMessage, incarnation: UInt64, payload: [Float]?)
        case computed(Int, lease: UInt64, Round, shard: Int, PooledVector)
        case prepared(Int)
        case disconnect, kill, pause, restart
        case start
    }

    private struct Worker {
        var machine: WorkerMachine
        let identity: PeerIdentity
        var store = ParameterStore()
        var sums: [UInt64: PartialSums] = [:]
        var isAlive = true
        var pausedUntil: Nanoseconds = 0
        /// Counts its connections: what was sent on an earlier one never arrives.
        var epoch = 0
        var lastToCoordinator: Nanoseconds = 0
        var lastToWorker: Nanoseconds = 0
        var lastPublished: Nanoseconds = 0
    }

    let configuration: Configuration
    private var random: SeededRandom
    private var now: Nanoseconds = 1_000_000_000
    private var agenda = Agenda<Action>()
    private var source: SyntheticSource
    private var checkpoint: SyntheticState
    private var machine: CoordinatorMachine
    private var tree: ReductionTree
    private var incarnation: UInt64 = 1
    private var workers: [Worker] = []
    private var pool = VectorPool()
    private var outcome: CoordinatorOutcome?
    private(set) var handled = 0
    private(set) var reports: [String] = []

    init(seed: UInt64, configuration: Configuration) {
        self.configuration = configuration
        random = SeededRandom(seed: seed)
        source = SyntheticSource(
            shards: configuration.shards, lengths: configuration.lengths, steps: configuration.steps,
            schedule: configuration.schedule)
        checkpoint = source.state
        machine = Simulation.makeMachine(source, incarnation: 1, now: now, configuration.defences)
        tree = ReductionTree(shape: ReductionShape(shards: configuration.shards))
    }

    private static func makeMachine(
        _ source: SyntheticSource, incarnation: UInt64, now: Nanoseconds, _ defences: Defences
    ) -> CoordinatorMachine {
        CoordinatorMachine(
            settings: CoordinatorSettings(
                run: "simulated", incarnation: incarnation, configuration: "configuration", publisher: "inproc://p",
                shards: source.shards, parameterLengths: source.lengths,
                contributionLengths: .init(
                    uniqueKeysWithValues: RoundKind.allCases.map { ($0, source.contributionLength(of: $0)) }),
                chunkLength: 3, build: "1", numericFingerprint: "n", dataFingerprint: "d", workerTimeout: .seconds(4),
                defences: defences),
            now: now)
    }

    /// Runs to the end of the training.
    ///
    /// - Returns: the final state.
    /// - Throws: `Stuck` where it does not end within a virtual quarter of an hour.
    func run() throws -> SyntheticState {
        for _ in 0..<configuration.workers { startWorker() }
        let faults = configuration.faults
        schedule(.disconnect, every: faults.disconnectEvery)
        schedule(.kill, every: faults.deathEvery)
        schedule(.pause, every: faults.pauseEvery)
        schedule(.restart, every: faults.restartEvery)
        agenda.add(.coordinatorTick(incarnation: incarnation), at: now)
        coordinate(.begin(source.nextRound()))
        while outcome == nil {
            guard let (time, action) = agenda.next(), time < .seconds(900) else {
                throw Stuck(description: "round \(source.state.number) never ended; \(reports.suffix(8))")
            }
            now = max(now, time)
            handled += 1
            perform(action)
        }
        return source.state
    }

    private func schedule(_ action: Action, every seconds: Double) {
        guard seconds > 0 else { return }
        agenda.add(action, at: now + .seconds(seconds * Double.random(in: 0.1...2, using: &random)))
    }

    private func startWorker() {
        let identity = PeerIdentity(low: random.next(), high: random.next())
        let settings = WorkerSettings(
            endpoint: "inproc://c", build: "1", numericFingerprint: "n", name: "w\(workers.count)",
            threads: Int.random(in: 1...2, using: &random), coordinatorTimeout: .seconds(120))
        workers.append(Worker(machine: WorkerMachine(settings: settings, now: now), identity: identity))
        agenda.add(.workerTick(workers.count - 1), at: now + delay(0.05))
    }

    /// A random time of up to `seconds`, mostly much less.
    private func delay(_ seconds: Double) -> Nanoseconds {
        let x = Double.random(in: 0..<1, using: &random)
        return .seconds(seconds * x * x * x + 1e-6)
    }

    private func perform(_ action: Action) {
        switch action {
        case .coordinatorTick(let of):
            guard of == incarnation else { return }
            coordinate(.tick)
            agenda.add(action, at: max(now + 1_000_000, machine.nextTick))
        case .workerTick(let index):
            guard awake(index, action) else { return }
            work(index, .tick)
            agenda.add(action, at: max(now + 1_000_000, workers[index].machine.nextTick))
        case .toCoordinator(let index, let epoch, let message, let incarnation, let payload):
            guard workers[index].epoch == epoch else { return }
            coordinate(
                .message(
                    message, incarnation: incarnation, from: workers[index].identity,
                    payloadBytes: payload.map { $0.count * 4 }), payload)
        case .toWorker(let index, let epoch, let message, let incarnation, let payload):
            guard epoch == nil || workers[index].epoch == epoch, awake(index, action) else { return }
            work(
                index, .message(message, incarnation: incarnation, payloadBytes: payload.map { $0.count * 4 }), payload)
        case .computed(let index, let lease, let round, let shard, let vector):
            guard awake(index, action) else { return }
            _ = round
            work(index, .computed(lease: lease, shard: shard), contribution: vector)
        case .prepared(let index):
            guard awake(index, action) else { return }
            workers[index].store = ParameterStore()
            work(index, .prepared(dataFingerprint: "d", parameterLengths: configuration.lengths))
        case .start: startWorker()
        case .disconnect, .kill, .pause, .restart: strike(action)
        }
    }

    /// Whether a worker can act now; what reaches a stopped one waits until it goes on.
    private func awake(_ index: Int, _ action: Action) -> Bool {
        guard workers[index].isAlive, !workers[index].machine.hasEnded else { return false }
        guard workers[index].pausedUntil > now else { return true }
        agenda.add(action, at: workers[index].pausedUntil)
        return false
    }

    private func strike(_ action: Action) {
        let alive = workers.indices.filter { workers[$0].isAlive }
        let victim = alive.randomElement(using: &random)
        switch action {
        case .disconnect:
            if let victim { workers[victim].epoch += 1 }
            schedule(action, every: configuration.faults.disconnectEvery)
        case .kill:
            if let victim {
                workers[victim].isAlive = false
                workers[victim].epoch += 1
                agenda.add(.start, at: now + delay(8))
            }
            schedule(action, every: configuration.faults.deathEvery)
        case .pause:
            if let victim { workers[victim].pausedUntil = now + delay(12) }
            schedule(action, every: configuration.faults.pauseEvery)
        case .restart:
            source.state = checkpoint
            incarnation += 1
            for index in workers.indices { workers[index].epoch += 1 }
            machine = Simulation.makeMachine(source, incarnation: incarnation, now: now, configuration.defences)
            tree = ReductionTree(shape: ReductionShape(shards: configuration.shards))
            agenda.add(.coordinatorTick(incarnation: incarnation), at: now)
            coordinate(.begin(source.nextRound()))
            schedule(action, every: configuration.faults.restartEvery)
        default: break
        }
    }

    // MARK: The coordinator's driver

    private func coordinate(_ event: CoordinatorEvent, _ payload: [Float]? = nil) {
        for effect in machine.handle(event, at: now) {
            switch effect {
            case .send(let message, let peer): send(message, to: peer, payload: nil)
            case .publish(let network, let version):
                for chunk in 0..<chunkCount(network) {
                    let (header, payload) = parameters(network, version, chunk)
                    for index in workers.indices where !random.chance(configuration.faults.publishedLoss) {
                        let at = max(workers[index].lastPublished, now + delay(0.05))
                        workers[index].lastPublished = at
                        agenda.add(
                            .toWorker(
                                index, epoch: nil, .parameters(header), incarnation: incarnation, payload: payload),
                            at: at)
                    }
                }
            case .sendParameters(let network, let version, let chunk, let peer):
                let (header, payload) = parameters(network, version, chunk)
                send(.parameters(header), to: peer, payload: payload)
            case .prepareReduction(let length): tree.reset(length: length)
            case .reduce(let node, let chunk, let climb):
                let range = ChunkLayout(length: tree.length, chunkLength: 3).range(of: chunk)
                payload!.withUnsafeBytes { tree.insert($0, node: node, range: range, climb: climb) }
            case .complete(let round):
                source.state.apply(round, sum: tree.sum, shards: configuration.shards)
                if source.state.number % configuration.checkpointEvery == 0 { checkpoint = source.state }
                coordinate(.begin(source.nextRound()))
            case .membership: break
            case .report(let report): reports.append(report.description)
            case .finish(let outcome): self.outcome = outcome
            }
        }
    }

    private func chunkCount(_ network: Network) -> Int {
        ChunkLayout(length: configuration.lengths[network]!, chunkLength: 3).count
    }

    private func parameters(
        _ network: Network, _ version: UInt64, _ chunk: Int
    ) -> (ParametersHeader, [Float]) {
        precondition(source.state.versions[network] == version)
        let values = network == .generator ? source.state.generator : source.state.discriminator
        let header = ParametersHeader(network: network, version: version, chunk: chunk, length: values.count)
        return (header, Array(values[ChunkLayout(length: values.count, chunkLength: 3).range(of: chunk)]))
    }

    private func send(_ message: CoordinatorMessage, to peer: PeerIdentity, payload: [Float]?) {
        guard let index = workers.firstIndex(where: { $0.identity == peer }) else { return }
        guard workers[index].isAlive else { return coordinate(.unreachable(peer)) }
        for _ in 0..<(random.chance(configuration.faults.duplication) ? 2 : 1) {
            let at = max(workers[index].lastToWorker, now + delay(0.05))
            workers[index].lastToWorker = at
            agenda.add(
                .toWorker(
                    index, epoch: workers[index].epoch, message, incarnation: incarnation, payload: payload), at: at)
        }
    }

    // MARK: A worker's driver

    private func work(
        _ index: Int, _ event: WorkerEvent, _ payload: [Float]? = nil, contribution: PooledVector? = nil
    ) {
        for effect in workers[index].machine.handle(event, at: now) {
            switch effect {
            case .send(let message, let incarnation): send(message, incarnation, from: index, payload: nil)
            case .subscribe, .prefetch, .report: break
            case .prepare: agenda.add(.prepared(index), at: now + delay(1))
            case .store(let network, let version, let chunk):
                let layout = ChunkLayout(length: configuration.lengths[network]!, chunkLength: 3)
                payload!.withUnsafeBytes {
                    workers[index].store.store($0, network, version: version, chunk: chunk, layout: layout)
                }
            case .adopt(let network, let version): workers[index].store.adopt(network, version: version)
            case .compute(let lease, let round, let shard): compute(index, lease, round, shard)
            case .fold(let lease, let shard, let climb):
                let shape = ReductionShape(shards: configuration.shards)
                workers[index].sums[lease, default: PartialSums(shape: shape)]
                    .fold(contribution!, shard: shard, climb: climb)
            case .contribute(let lease, let round, let node, let incarnation):
                let sum = workers[index].sums[lease]!.take(node)
                let layout = ChunkLayout(length: sum.count, chunkLength: 3)
                for chunk in 0..<layout.count {
                    let header = ContributionHeader(
                        lease: lease, round: round.number, node: node, chunk: chunk, length: sum.count)
                    send(
                        .contribution(header), incarnation, from: index,
                        payload: Array(sum.floats[layout.range(of: chunk)]))
                }
                work(index, .contributed(lease: lease, node: node))
            case .abandon(let lease): workers[index].sums[lease] = nil
            case .end: break
            }
        }
    }

    private func compute(_ index: Int, _ lease: UInt64, _ round: Round, _ shard: Int) {
        let vector = pool.take(count: SyntheticTraining.contributionLength(round.kind, configuration.lengths))
        let store = workers[index].store
        SyntheticTraining.compute(
            round, shard: shard,
            generator: store.parameters(of: .generator, version: round.generatorVersion).floats,
            discriminator: store.parameters(of: .discriminator, version: round.discriminatorVersion).floats,
            into: vector.mutableFloats)
        let time = random.chance(configuration.faults.slowness) ? delay(20) : delay(0.2)
        agenda.add(.computed(index, lease: lease, round, shard: shard, vector), at: now + time)
    }

    private func send(_ message: WorkerMessage, _ incarnation: UInt64, from index: Int, payload: [Float]?) {
        for _ in 0..<(random.chance(configuration.faults.duplication) ? 2 : 1) {
            let at = max(workers[index].lastToCoordinator, now + delay(0.05))
            workers[index].lastToCoordinator = at
            agenda.add(
                .toCoordinator(
                    index, epoch: workers[index].epoch, message, incarnation: incarnation, payload: payload), at: at)
        }
    }
}
