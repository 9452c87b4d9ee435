import CZeroMQ

/// Half of a key pair that nobody else may see: it has no text form but in its file.
public struct CurveSecretKey: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// Not the key: whoever prints one by mistake, in an error or in a log, tells nobody.
    public var description: String { "a secret key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A process's own keys for CURVE: by the public one others know it, by the secret one it proves who it is.
public struct CurveKeyPair: Hashable, Sendable {
    public let publicKey: CurvePublicKey
    public let secretKey: CurveSecretKey

    /// New keys from the system's random numbers.
    ///
    /// - Throws: `MessagingError` where libzmq was built without CURVE.
    public static func generate() throws -> CurveKeyPair {
        while true {
            var publicText = [CChar](repeating: 0, count: CurvePublicKey.textLength + 1)
            var secretText = publicText
            guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
                throw MessagingError.last("cannot make keys (libzmq must be built with CURVE)")
            }
            // One that starts so would be taken for a comment in an allow-list, or for a flag on a command line.
            guard publicText[0] != CChar(UInt8(ascii: "#")), publicText[0] != CChar(UInt8(ascii: "-")) else { continue }
            let text = String(decoding: secretText.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let pair = CurveKeyPair(secret: text) { return pair }
        }
    }

    /// The pair of a secret key as text; nil where it is not 40 characters of Z85.
    init?(secret: some StringProtocol) {
        guard let bytes = Z85.decode(secret) else { return nil }
        var publicText = [CChar](repeating: 0, count: CurvePublicKey.textLength + 1)
        guard String(secret).withCString({ zmq_curve_public(&publicText, $0) }) == 0,
            let publicKey = CurvePublicKey(
                String(decoding: publicText.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        else { return nil }
        self.publicKey = publicKey
        secretKey = CurveSecretKey(bytes: bytes)
    }

    /// The secret key as text, for its file.
    var secretText: String { Z85.encode(secretKey.bytes) }
}
