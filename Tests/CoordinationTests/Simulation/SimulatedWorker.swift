import Adversarial
import Coordination
import Messaging

/// A worker process in virtual time: the machine, the parameter store and the sums that the program runs, and threads
/// that take as long as they are told.
struct SimulatedWorker {
    struct Job {
        let lease: UInt64
        let round: Round
        let shard: Int
        let generator: PooledVector
        let discriminator: PooledVector
        /// Of which networks and data: the driver drops what was begun with others.
        let preparation: Int
    }

    var machine: WorkerMachine
    let identity: PeerIdentity
    /// How much longer than another's its computations take.
    let slowness: Double
    var store = ParameterStore()
    var sums: [UInt64: PartialSums] = [:]
    var fileList: [Float] = []
    /// How often networks and data were built.
    var preparations = 0
    var isAlive = true
    var pausedUntil: Nanoseconds = 0
    /// Its threads never come back.
    var isHanging = false
    /// Added to the true time, modulo 2⁶⁴.
    var clockOffset: Nanoseconds = 0
    /// Counts its connections: what was sent on an earlier one never arrives.
    var epoch = 0
    /// Until when nothing passes in each direction.
    var deafUntil: Nanoseconds = 0
    var muteUntil: Nanoseconds = 0
    var lastToCoordinator: Nanoseconds = 0
    var lastToWorker: Nanoseconds = 0
    var lastPublished: Nanoseconds = 0
    /// Shards that no thread has begun, and threads that are at work.
    var jobs: [Job] = []
    var busyThreads = 0

    init(machine: WorkerMachine, identity: PeerIdentity, slowness: Double) {
        self.machine = machine
        self.identity = identity
        self.slowness = slowness
    }

    mutating func compute(_ lease: UInt64, _ round: Round, _ shard: Int) {
        jobs.append(
            Job(
                lease: lease, round: round, shard: shard,
                generator: store.parameters(of: .generator, version: round.generatorVersion),
                discriminator: store.parameters(of: .discriminator, version: round.discriminatorVersion),
                preparation: preparations))
    }

    mutating func abandon(_ lease: UInt64) {
        jobs.removeAll { $0.lease == lease }
        sums[lease] = nil
    }

    /// What a free thread does next.
    mutating func nextJob() -> Job? {
        guard busyThreads < machine.settings.threads, !jobs.isEmpty else { return nil }
        busyThreads += 1
        return jobs.removeFirst()
    }
}
