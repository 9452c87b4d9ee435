import FileFormats
import Messaging

/// A node's sum on its way out, chunk by chunk.
struct OutgoingSum {
    let lease: UInt64
    let round: UInt64
    let node: ReductionNode
    let incarnation: UInt64
    let vector: PooledVector
    /// The files that its shards were read from.
    let readings: [FileReading]
    private let layout: ChunkLayout
    private(set) var nextChunk = 0

    init(
        lease: UInt64, round: UInt64, node: ReductionNode, incarnation: UInt64, vector: PooledVector,
        readings: [FileReading], chunkLength: Int
    ) {
        self.readings = readings
        self.lease = lease
        self.round = round
        self.node = node
        self.incarnation = incarnation
        self.vector = vector
        layout = ChunkLayout(length: vector.count, chunkLength: chunkLength)
    }

    /// Sends chunks until all are sent, or the socket takes no more.
    ///
    /// - Returns: whether all are sent.
    mutating func send(on socket: borrowing DealerSocket, checksums: Bool) throws -> Bool {
        while nextChunk < layout.count {
            let bytes = UnsafeRawBufferPointer(
                UnsafeBufferPointer(rebasing: vector.floats[layout.range(of: nextChunk)]))
            let header = ContributionHeader(
                lease: lease, round: round, node: node, chunk: nextChunk, length: layout.length,
                checksum: checksums ? PayloadChecksum.of(bytes) : nil, readings: readings)
            let result = try socket.send(
                header: MessageCodec.encode(.contribution(header), incarnation: incarnation),
                payload: Frame(noCopy: bytes.baseAddress!, count: bytes.count, owner: vector))
            guard result == .sent else { return false }
            nextChunk += 1
        }
        return true
    }
}
