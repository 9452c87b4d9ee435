import CZeroMQ

/// The key by which others know a peer: 32 bytes of Curve25519, written as 40 characters of Z85.
///
/// Formats: CurveZMQ (ZeroMQ RFC 26) and Z85 (RFC 32).
public struct CurvePublicKey: Hashable, Sendable, CustomStringConvertible {
    /// Characters of a key as text.
    public static let textLength = 40
    static let byteCount = 32

    package let bytes: [UInt8]

    /// Reads a key as text; nil where it is not 40 characters of Z85.
    public init?(_ text: some StringProtocol) {
        guard let bytes = Z85.decode(text) else { return nil }
        self.bytes = bytes
    }

    /// Nil where it is not 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == CurvePublicKey.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    /// The key as text. Z85 has characters that shells treat in their own ways: quote it with '…'.
    public var description: String { Z85.encode(bytes) }
}

/// Z85 (ZeroMQ RFC 32): 4 bytes as 5 printable characters. Here for keys alone, which have 32 bytes.
enum Z85 {
    /// Nil where the text is not 40 characters of Z85, or a group of five exceeds 32 bits.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count == CurvePublicKey.textLength, !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: CurvePublicKey.byteCount)
        let isZ85 = String(text).withCString { zmq_z85_decode(&bytes, $0) != nil }
        // What libzmq reads must be what it would write.
        guard isZ85, encode(bytes) == String(text) else { return nil }
        return bytes
    }

    static func encode(_ bytes: [UInt8]) -> String {
        precondition(bytes.count == CurvePublicKey.byteCount, "a key has 32 bytes")
        var text = [CChar](repeating: 0, count: CurvePublicKey.textLength + 1)
        zmq_z85_encode(&text, bytes, bytes.count)
        return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
