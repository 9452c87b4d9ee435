/// The routing id by which a ROUTER knows a peer: up to 16 bytes.
///
/// Peers choose theirs at random when they start, so that a connection that breaks and is made anew is the same peer.
package struct PeerIdentity: Hashable, Sendable, CustomStringConvertible {
    package private(set) var low: UInt64 = 0
    package private(set) var high: UInt64 = 0
    package private(set) var count: UInt8 = 0

    /// No peer: what the other sockets report.
    package static let none = PeerIdentity()

    private init() {}

    /// A new identity that no other process has.
    package static func random() -> PeerIdentity {
        var generator = SystemRandomNumberGenerator()
        return PeerIdentity(low: generator.next(), high: generator.next())
    }

    /// An identity of 16 bytes. The first byte is made odd: libzmq keeps those that start with 0 for itself.
    package init(low: UInt64, high: UInt64) {
        self.low = low.littleEndian | UInt64(1).littleEndian
        self.high = high
        count = 16
    }

    /// Nil where there are more than 16 bytes.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= 16 else { return nil }
        count = UInt8(bytes.count)
        for (position, byte) in bytes.enumerated() {
            if position < 8 {
                low |= UInt64(byte) << (8 * position)
            } else {
                high |= UInt64(byte) << (8 * (position - 8))
            }
        }
    }

    package var bytes: [UInt8] {
        (0..<Int(count)).map { UInt8(truncatingIfNeeded: ($0 < 8 ? low : high) >> (8 * UInt64($0 % 8))) }
    }

    /// The first bytes in hexadecimal: enough to tell peers apart.
    package var description: String {
        bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
