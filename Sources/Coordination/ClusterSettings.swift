/// The processes that compute a run, and how they watch each other: the keys `cluster.…` of a configuration.
///
/// The same value goes from the configuration file to the state machines.
package struct ClusterSettings: Sendable, Hashable {
    /// Worker processes that `train` starts on this machine.
    package var workers = 1
    /// Shards that a worker computes at once; nil for what suits the machine, decided at each start.
    package var threads: Int?
    /// A round starts when this many workers are ready.
    package var minWorkers = 1
    package var heartbeatSeconds = 1.0
    /// Silence after which the coordinator takes a worker for lost.
    package var workerTimeoutSeconds = 10.0
    /// Silence after which a worker takes the coordinator for lost and ends.
    package var coordinatorTimeoutSeconds = 60.0
    /// The coordinator's key file, and the file of public keys that may connect.
    package var keyFile: String?
    package var allowFile: String?
    /// The least time after which other workers also get the shards of one that is alive but does not answer. The limit is 3
    /// times the 95th percentile of the shards' times if that is longer.
    package var leaseSeconds = 10.0
    /// A peer is cut off after this many malformed messages.
    package var rejectionLimit = 16
    /// The share of the shards that two workers compute, to be compared bit for bit (`cluster.verify`).
    package var verificationShare = 0.0

    /// The defaults, and changes to them.
    package init(_ change: (inout ClusterSettings) -> Void = { _ in }) { change(&self) }
}

extension ClusterSettings {
    package var heartbeatInterval: Nanoseconds { .seconds(heartbeatSeconds) }
    package var workerTimeout: Nanoseconds { .seconds(workerTimeoutSeconds) }
    package var leaseTime: Nanoseconds { .seconds(leaseSeconds) }
}
