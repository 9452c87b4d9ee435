import Adversarial

/// What keeps a run's result independent of what happens to its messages and workers. All are on, except in tests that
/// show that each is needed.
package struct Safeguards: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Shards of a lost worker are leased to others.
    package static let reassignment = Safeguards(rawValue: 1)
    /// Each sum is added once.
    package static let deduplication = Safeguards(rawValue: 2)
    /// Answers count only for the round and the lease they belong to.
    package static let versionCheck = Safeguards(rawValue: 4)

    package static let all: Safeguards = [.reassignment, .deduplication, .versionCheck]
}

/// What a coordinator's state machine knows of its run and its cluster.
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
    /// The build of the program: workers of another one are refused, unless mixed arithmetic is allowed.
    package var build: String
    /// A hash over what this machine's arithmetic gives: workers with another one are refused, unless mixed arithmetic is
    /// allowed.
    package var numericFingerprint: String
    package var allowsMixedArithmetic: Bool
    /// A hash over the run's data: workers that read other data are refused.
    package var dataFingerprint: String
    /// The list of files that the samples come from; nil for data without one.
    package var fileList: FileListHeader?
    package var cluster: ClusterSettings
    /// How long a broken connection may take to come back.
    package var disconnectionGrace: Nanoseconds
    /// Decides which shards are verified.
    package var seed: UInt64
    /// Steps of the whole run, for the status.
    package var steps: UInt64
    /// Every so many batches the discriminator's rounds have penalties, and take longer.
    package var penaltyEvery: Int
    /// How often a pause without enough workers is reported.
    package var waitingNotice: Nanoseconds
    /// How long members have at the end to leave.
    package var leavePatience: Nanoseconds
    package var safeguards: Safeguards

    package init(
        run: String, incarnation: UInt64, configuration: String, publisher: String, shards: Int,
        parameterLengths: [Network: Int], contributionLengths: [RoundKind: Int],
        chunkLength: Int = ChunkLayout.standardLength, build: String,
        numericFingerprint: String, allowsMixedArithmetic: Bool = false, dataFingerprint: String,
        fileList: FileListHeader? = nil, cluster: ClusterSettings = ClusterSettings(), seed: UInt64 = 0,
        steps: UInt64 = 0, penaltyEvery: Int = 1,
        disconnectionGrace: Nanoseconds = .seconds(0.5), waitingNotice: Nanoseconds = .seconds(10),
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
        self.cluster = cluster
        self.seed = seed
        self.steps = steps
        self.penaltyEvery = penaltyEvery
        self.disconnectionGrace = disconnectionGrace
        self.waitingNotice = waitingNotice
        self.leavePatience = leavePatience
        self.safeguards = safeguards
    }
}
