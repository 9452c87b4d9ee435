/// What a worker's state machine has to know of its process.
package struct WorkerSettings: Hashable, Sendable {
    /// The coordinator's endpoint, for messages to people.
    package var endpoint: String
    /// The version of the program.
    package var build: String
    /// A hash over what this machine's arithmetic gives.
    package var numericFingerprint: String
    /// Host and process, for people.
    package var name: String
    /// Shards that are computed at once.
    package var threads: Int
    /// How long it waits for a coordinator: at the start, and when one falls silent.
    package var coordinatorTimeout: Nanoseconds
    /// How often it says hello until it is answered.
    package var helloInterval: Nanoseconds
    /// How long parameters may stop arriving before they are asked for.
    package var patience: Nanoseconds

    package init(
        endpoint: String, build: String, numericFingerprint: String, name: String, threads: Int = 1,
        coordinatorTimeout: Nanoseconds = .seconds(60), helloInterval: Nanoseconds = .seconds(0.5),
        patience: Nanoseconds = .seconds(0.25)
    ) {
        self.endpoint = endpoint
        self.build = build
        self.numericFingerprint = numericFingerprint
        self.name = name
        self.threads = threads
        self.coordinatorTimeout = coordinatorTimeout
        self.helloInterval = helloInterval
        self.patience = patience
    }
}
