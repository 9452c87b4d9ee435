import Adversarial
import Messaging

/// A network's parameters on their way to workers, as messages of a chunk each.
struct OutgoingParameters {
    let network: Network
    let parameters: PublishedParameters
    let layout: ChunkLayout
    /// Whether messages carry a checksum of their payload.
    let checksums: Bool
    let incarnation: UInt64

    var chunks: Range<Int> { 0..<layout.count }

    func header(of chunk: Int) throws -> Frame {
        let header = ParametersHeader(
            network: network, version: parameters.version, chunk: chunk, length: parameters.floats.count,
            checksum: checksums ? PayloadChecksum.of(bytes(of: chunk)) : nil)
        return try MessageCodec.encode(.parameters(header), incarnation: incarnation)
    }

    /// The chunk itself, sent from where it lies.
    func payload(of chunk: Int) throws -> Frame {
        let bytes = bytes(of: chunk)
        return try Frame(noCopy: bytes.baseAddress!, count: bytes.count, owner: parameters)
    }

    private func bytes(of chunk: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: parameters.floats[layout.range(of: chunk)]))
    }
}
