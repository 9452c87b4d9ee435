import Adversarial

/// What a coordinator tells whoever watches: where the run is, and how each worker does.
package struct ClusterStatus: Hashable, Sendable, Codable {
    package struct Worker: Hashable, Sendable, Codable {
        /// Host and process.
        package var name = ""
        /// The beginning of its routing id, in hexadecimal.
        package var identity = ""
        /// Whether it has networks and data, and takes part.
        package var isReady = false
        package var threads = 1
        /// Shards leased to it at present.
        package var shards = 0
        /// Shards that it has answered.
        package var answeredShards: UInt64 = 0
        /// Mean time of a shard on one of its threads, from lease to answer, over the last rounds; 0 before the first.
        package var millisecondsPerShard = 0.0
        /// Rounds that were complete before it had answered all that it was asked for.
        package var missedRounds: UInt64 = 0
        /// Shards that it computed wrongly: not finite, or other bits than they should be.
        package var wrongShards: UInt64 = 0
        /// Messages of it that were dropped as nonsense.
        package var rejected: UInt64 = 0
        package var lastHeardSeconds = 0.0

        package init() {}
    }

    /// Messages that were dropped, by kind.
    package struct Rejected: Hashable, Sendable, Codable {
        /// Of another round, lease or incarnation, or of a peer that is no member.
        package var stale: UInt64 = 0
        /// What had already come.
        package var duplicate: UInt64 = 0
        /// Nonsense.
        package var malformed: UInt64 = 0
        /// With a payload that does not match its checksum: the network's fault, not the peer's.
        package var damaged: UInt64 = 0
        /// Of peers that are cut off.
        package var cutOff: UInt64 = 0

        package init() {}
    }

    /// Identity of the run.
    package var run = ""
    /// Finished training steps, and those of the whole run.
    package var step: UInt64 = 0
    package var steps: UInt64 = 0
    /// Over the last seconds.
    package var stepsPerSecond = 0.0
    package var shards = 0
    /// Workers without which no round starts.
    package var minWorkers = 1
    /// For how long it has been waiting for workers; 0 where it is not.
    package var waitingSeconds = 0.0
    package var workers: [Worker] = []
    package var rejected = Rejected()

    package init() {}
}
