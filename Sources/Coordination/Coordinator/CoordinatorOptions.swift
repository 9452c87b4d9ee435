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
    package var cluster = ClusterSettings()
    /// Keys, and who may connect; without them, anyone who reaches the endpoint may.
    package var security: CoordinatorSecurity?
    /// Decides which shards are verified.
    package var seed: UInt64 = 0
    /// Steps of the whole run, for the status.
    package var steps: UInt64 = 0
    /// Every so many batches the discriminator's rounds have penalties, and take longer.
    package var penaltyEvery = 1

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
