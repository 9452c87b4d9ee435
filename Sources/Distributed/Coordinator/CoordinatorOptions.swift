import Messaging

/// What a coordinator is started with.
package struct CoordinatorOptions: Sendable {
    package var endpoint: Endpoint
    /// Identity of the run.
    package var run: String
    /// The resolved configuration, as workers get it.
    package var configuration: String
    package var build: String
    package var numericFingerprint: String
    package var allowsMixedArithmetic = false
    package var dataFingerprint: String
    /// The list of files that the samples come from, which every worker gets and reads from; nil for data without one.
    package var fileList: [UInt8]?
    /// Floats of a chunk.
    package var chunkLength = ChunkLayout.standardLength
    package var minWorkers = 1
    package var heartbeatSeconds = 1.0
    package var workerTimeoutSeconds = 10.0
    /// Keys, and who may connect; without, everybody who reaches the endpoint.
    package var security: CoordinatorSecurity?
    /// The least time after which a lease is taken for lost.
    package var leaseSeconds = 10.0
    /// So many messages that are nonsense, and a peer is cut off.
    package var rejectionLimit = 16
    /// The share of the shards that two workers compute, for verification; the seed decides which.
    package var verificationShare = 0.0
    package var seed: UInt64 = 0
    /// Steps of the whole run, for whoever watches.
    package var steps: UInt64 = 0

    package init(
        endpoint: Endpoint, run: String, configuration: String, build: String, numericFingerprint: String,
        dataFingerprint: String
    ) {
        self.endpoint = endpoint
        self.run = run
        self.configuration = configuration
        self.build = build
        self.numericFingerprint = numericFingerprint
        self.dataFingerprint = dataFingerprint
    }
}
