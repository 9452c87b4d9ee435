import Adversarial

/// What keeps a run's result independent of what happens to its messages and workers. All are on, except in tests that
/// show that each is needed.
package struct Safeguards: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Shards of a worker that is gone are given to others.
    package static let reassignment = Safeguards(rawValue: 1)
    /// A sum is taken in once.
    package static let deduplication = Safeguards(rawValue: 2)
    /// Answers count for the round and the lease that they were asked for.
    package static let versionCheck = Safeguards(rawValue: 4)

    package static let all: Safeguards = [.reassignment, .deduplication, .versionCheck]
}

/// What a coordinator's state machine has to know of its run and its cluster.
package struct CoordinatorSettings: Hashable, Sendable {
    /// Identity of the run.
    package var run: String
    /// Identity of this coordinator process within the run: random, not 0.
    package var incarnation: UInt64
    /// The resolved configuration, from which a worker builds the same networks and data.
    package var configuration: String
    /// Where parameters are published.
    package var publisher: String
    package var shards: Int
    /// Floats of each network's parameters.
    package var parameterLengths: [Network: Int]
    /// Floats of a shard's contribution to a round of each kind.
    package var contributionLengths: [RoundKind: Int]
    /// Floats of a chunk.
    package var chunkLength: Int
    /// Which build of the program this is: workers of another are refused, unless mixed ones are allowed.
    package var build: String
    /// A hash over what this machine's arithmetic gives: workers of another are refused, unless mixed ones are allowed.
    package var numericFingerprint: String
    package var allowsMixedArithmetic: Bool
    /// A hash over the data that this configuration means: workers that read other data are refused.
    package var dataFingerprint: String
    /// The list of files that the samples come from; nil for data without one.
    package var fileList: FileListHeader?
    /// A round starts when so many workers are ready.
    package var minWorkers: Int
    package var heartbeatInterval: Nanoseconds
    /// A worker that is silent for so long is given up.
    package var workerTimeout: Nanoseconds
    /// How long a broken connection may take to come back.
    package var disconnectionGrace: Nanoseconds
    /// A lease is taken for lost after 3 times the 95th percentile of the shards' times, but not before this time.
    package var leaseTime: Nanoseconds
    /// So many messages that are nonsense, and a peer is cut off.
    package var rejectionLimit: Int
    /// The share of the shards that two workers compute, for verification.
    package var verificationShare: Double
    /// Decides which shards those are.
    package var seed: UInt64
    /// Steps of the whole run, for whoever watches.
    package var steps: UInt64
    /// How often a pause for want of workers is reported.
    package var waitingNotice: Nanoseconds
    /// How long it waits at the end for its workers to take leave.
    package var leavePatience: Nanoseconds
    package var safeguards: Safeguards

    package init(
        run: String, incarnation: UInt64, configuration: String, publisher: String, shards: Int,
        parameterLengths: [Network: Int], contributionLengths: [RoundKind: Int],
        chunkLength: Int = ChunkLayout.standardLength, build: String,
        numericFingerprint: String, allowsMixedArithmetic: Bool = false, dataFingerprint: String,
        fileList: FileListHeader? = nil, minWorkers: Int = 1,
        heartbeatInterval: Nanoseconds = .seconds(1), workerTimeout: Nanoseconds = .seconds(10),
        leaseTime: Nanoseconds = .seconds(10), rejectionLimit: Int = 16, verificationShare: Double = 0,
        seed: UInt64 = 0,
        steps: UInt64 = 0, disconnectionGrace: Nanoseconds = .seconds(0.5), waitingNotice: Nanoseconds = .seconds(10),
        leavePatience: Nanoseconds = .seconds(1), safeguards: Safeguards = .all
    ) {
        self.run = run
        self.incarnation = incarnation
        self.configuration = configuration
        self.publisher = publisher
        self.shards = shards
        self.parameterLengths = parameterLengths
        self.contributionLengths = contributionLengths
        self.chunkLength = chunkLength
        self.build = build
        self.numericFingerprint = numericFingerprint
        self.allowsMixedArithmetic = allowsMixedArithmetic
        self.dataFingerprint = dataFingerprint
        self.fileList = fileList
        self.minWorkers = minWorkers
        self.heartbeatInterval = heartbeatInterval
        self.workerTimeout = workerTimeout
        self.leaseTime = leaseTime
        self.rejectionLimit = rejectionLimit
        self.verificationShare = verificationShare
        self.seed = seed
        self.steps = steps
        self.disconnectionGrace = disconnectionGrace
        self.waitingNotice = waitingNotice
        self.leavePatience = leavePatience
        self.safeguards = safeguards
    }
}
