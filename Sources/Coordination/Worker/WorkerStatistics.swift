/// What a worker's driver did, in numbers.
package struct WorkerStatistics: Hashable, Sendable {
    /// Contributions computed.
    package var shards: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Time in which the socket thread waited: computing included.
    package var waiting: Nanoseconds = 0

    package init() {}
}
