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
    /// Time in which the owner of the state checked sums, before anything could be published.
    package var completing: Nanoseconds = 0
    /// Time in which it updated parameters, while those updated before were on their way.
    package var updating: Nanoseconds = 0
    /// Time from the start to the end of the last round.
    package var running: Nanoseconds = 0

    package init() {}

    /// What was done since `earlier`, which is of the same coordinator.
    package func since(_ earlier: CoordinatorStatistics) -> CoordinatorStatistics {
        var difference = self
        difference.rounds -= earlier.rounds
        difference.messagesReceived -= earlier.messagesReceived
        difference.bytesReceived -= earlier.bytesReceived
        difference.bytesPublished -= earlier.bytesPublished
        difference.bytesSent -= earlier.bytesSent
        difference.waiting -= earlier.waiting
        difference.reducing -= earlier.reducing
        difference.completing -= earlier.completing
        difference.updating -= earlier.updating
        difference.running -= earlier.running
        return difference
    }

    /// Mean time of a round, microseconds.
    package var microsecondsPerRound: Double { rounds == 0 ? 0 : Double(running) / 1e3 / Double(rounds) }
}
