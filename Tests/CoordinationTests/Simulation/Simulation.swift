import Adversarial
import Coordination
import Messaging
import TestSupport

/// A whole cluster in virtual time: the very state machines, reduction and parameter store that the program runs, with
/// a network and clocks that one seed decides.
final class Simulation {
    struct Configuration {
        var shards = 4
        var workers = 3
        var minWorkers = 1
        var steps = 5
        var updateOrder = UpdateOrder.alternating
        var faults = Faults.none
        var lengths: [Network: Int] = [.generator: 7, .discriminator: 5]
        var checkpointEvery: UInt64 = 3
        var safeguards = Safeguards.all
        var verificationShare = 0.0
        /// How much longer each worker's computations take; workers beyond the list are as fast as 1.
        var slowness: [Double] = []
        /// Seconds that a shard takes; nil for a random time, mostly short.
        var shardSeconds: Double?
        /// Workers, by their number, that flip the sign of all that they send.
        var liars: Set<Int> = []
        /// Workers, by their number, all of whose numbers are NaN.
        var broken: Set<Int> = []
        /// Shards whose contributions are not finite whoever computes them, from this round on.
        var notFiniteFrom: UInt64?
        /// The list of files, as floats, that every worker must have before it computes.
        var fileList: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        /// Seconds of virtual time after which a run is taken for stuck.
        var patience = 1800.0
    }

    /// What ends the simulation without a result.
    struct Stuck: Error, CustomStringConvertible {
        let description: String
    }

    enum Action {
        case coordinatorTick(incarnation: UInt64)
        case workerTick(Int)
        case toCoordinator(Int, epoch: Int, WorkerMessage, incarnation: UInt64, payload: [Float]?)
        case toWorker(Int, epoch: Int?, CoordinatorMessage, incarnation: UInt64, payload: [Float]?)
        case computed(Int, SimulatedWorker.Job, PooledVector)
        case prepared(Int)
        case strike(Strike)
        case kill(Int)
        case start
    }

    static let chunkLength = 3
    /// The last run is not ended by another one.
    static let mostRuns = 4

    let configuration: Configuration
    var random: SeededRandom
    var now: Nanoseconds = 1_000_000_000_000
    var agenda = Agenda<Action>()
    let source: SyntheticSource
    var checkpoint: SyntheticState
    var machine: CoordinatorMachine
    var coordinatorOffset: Nanoseconds = 0
    var tree: ReductionTree
    var answers = KeptAnswers()
    var incarnation: UInt64 = 1
    /// Runs that began at the coordinator's address before this one.
    var runNumber = 0
    var workers: [SimulatedWorker] = []
    let pool = VectorPool()
    var outcome: CoordinatorOutcome?
    private(set) var handled = 0
    /// Shards, with their rounds, whose contribution came out as NaN once.
    var spoiled: Set<UInt64> = []
    var reports: [CoordinatorReport] = []
    /// Shards that each worker computed.
    var computed: [Int] = []
    /// When each round was complete, in seconds of virtual time.
    var completions: [Double] = []

    init(seed: UInt64, configuration: Configuration) {
        self.configuration = configuration
        random = SeededRandom(seed: seed)
        source = SyntheticSource(
            shards: configuration.shards, lengths: configuration.lengths, steps: configuration.steps,
            updateOrder: configuration.updateOrder)
        checkpoint = source.state
        machine = Simulation.makeMachine(source, run: 0, incarnation: 1, now: now, configuration)
        tree = ReductionTree(shape: ReductionShape(shards: configuration.shards))
    }

    static func makeMachine(
        _ source: SyntheticSource, run: Int, incarnation: UInt64, now: Nanoseconds, _ configuration: Configuration
    ) -> CoordinatorMachine {
        CoordinatorMachine(
            settings: CoordinatorSettings(
                run: "simulated \(run)", incarnation: incarnation, configuration: "configuration",
                publisher: "inproc://p",
                shards: source.shards, parameterLengths: source.lengths,
                contributionLengths: .init(
                    uniqueKeysWithValues: RoundKind.allCases.map { ($0, source.contributionLength(of: $0)) }),
                chunkLength: chunkLength, build: "1", numericFingerprint: "n", dataFingerprint: "d",
                fileList: FileListHeader(byteCount: configuration.fileList.count * 4, digest: "list"),
                cluster: ClusterSettings {
                    $0.minWorkers = configuration.minWorkers
                    $0.workerTimeoutSeconds = 4
                    $0.verificationShare = configuration.verificationShare
                },
                safeguards: configuration.safeguards),
            now: now)
    }

    /// Runs to the end of the training.
    ///
    /// - Returns: the final state, of the last run that began.
    /// - Throws: `Stuck` where it does not end within its patience, or the coordinator's failure.
    func run() throws -> SyntheticState {
        let end = now + .seconds(configuration.patience)
        for _ in 0..<configuration.workers { startWorker() }
        for strike in Strike.allCases { plan(strike) }
        agenda.add(.coordinatorTick(incarnation: incarnation), at: now)
        coordinate(.begin(source.nextRound()))
        while outcome == nil {
            guard let (time, action) = agenda.next(), time < end else {
                let last = reports.suffix(8).map(\.description)
                throw Stuck(description: "round \(source.state.number) never ended; \(last)")
            }
            now = max(now, time)
            handled += 1
            perform(action)
        }
        if case .failed(let error) = outcome { throw error }
        return source.state
    }

    func startWorker() {
        let number = workers.count
        let identity = PeerIdentity(low: random.next(), high: random.next())
        let threads = configuration.shardSeconds == nil ? Int.random(in: 1...2, using: &random) : 1
        let settings = WorkerSettings(
            endpoint: "inproc://c", build: "1", numericFingerprint: "n", name: "w\(number)", threads: threads,
            coordinatorTimeout: .seconds(120))
        workers.append(
            SimulatedWorker(
                machine: WorkerMachine(settings: settings, now: now), identity: identity,
                slowness: number < configuration.slowness.count ? configuration.slowness[number] : 1))
        computed.append(0)
        agenda.add(.workerTick(number), at: now + delay(0.05))
    }

    /// A random time of up to `seconds`, mostly much less.
    func delay(_ seconds: Double) -> Nanoseconds {
        let x = Double.random(in: 0..<1, using: &random)
        return .seconds(seconds * x * x * x + 1e-6)
    }

    private func perform(_ action: Action) {
        switch action {
        case .coordinatorTick(let of):
            guard of == incarnation else { return }
            coordinate(.tick)
            agenda.add(action, at: max(now + 1_000_000, machine.nextTick &- coordinatorOffset))
        case .workerTick(let index):
            guard awake(index, action) else { return }
            work(index, .tick)
            agenda.add(action, at: max(now + 1_000_000, workers[index].machine.nextTick &- workers[index].clockOffset))
        case .toCoordinator(let index, let epoch, let message, let incarnation, let payload):
            guard workers[index].epoch == epoch else { return }
            hear(message, incarnation, index, payload)
        case .toWorker(let index, let epoch, let message, let incarnation, let payload):
            guard epoch == nil || workers[index].epoch == epoch, awake(index, action) else { return }
            work(
                index, .message(message, incarnation: incarnation, payloadBytes: payload.map { $0.count * 4 }), payload)
        case .computed(let index, let job, let vector):
            guard awake(index, action), !workers[index].isHanging else { return }
            finish(index, job, vector)
        case .prepared(let index):
            guard awake(index, action) else { return }
            workers[index].store = ParameterStore()
            workers[index].preparations += 1
            work(index, .prepared(dataFingerprint: "d", parameterLengths: configuration.lengths))
        case .kill(let index): kill(index)
        case .start: startWorker()
        case .strike(let strike):
            perform(strike)
            plan(strike)
        }
    }

    /// Whether a worker can act now; what reaches a stopped one waits until it goes on.
    private func awake(_ index: Int, _ action: Action) -> Bool {
        guard workers[index].isAlive, !workers[index].machine.hasEnded else { return false }
        guard workers[index].pausedUntil > now else { return true }
        agenda.add(action, at: workers[index].pausedUntil)
        return false
    }
}
