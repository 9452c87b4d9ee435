/// What the coordinator's driver did, in numbers.
package struct CoordinatorStatistics: Hashable, Sendable {
    package var rounds: UInt64 = 0
    package var messagesReceived: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    /// Handed to PUB once, however many subscribers there are.
    package var bytesPublished: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Time in which it waited for messages.
    package var waiting: Nanoseconds = 0
    /// Time spent in adding contributions.
    package var reducing: Nanoseconds = 0
    /// Time in which the owner of the state applied sums.
    package var completing: Nanoseconds = 0
    /// Time of the whole.
    package var running: Nanoseconds = 0

    package init() {}

    /// Mean time of a round, microseconds.
    package var microsecondsPerRound: Double { rounds == 0 ? 0 : Double(running) / 1e3 / Double(rounds) }
}
