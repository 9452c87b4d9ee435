import CSodium

/// As much of a handshake as tells who is at the other end: ZMTP's greeting (ZeroMQ RFC 23), and where this process has keys,
/// CURVE's HELLO (RFC 26), which only the owner of the expected key can read.
package struct ProbeDialogue {
    /// What to do after something was received.
    package enum Step: Hashable {
        case wait
        case say([UInt8])
        case end(CoordinatorProbe.Outcome)
    }

    private let expectedKey: CurvePublicKey?
    private var received: [UInt8] = []
    private var hasSaidHello = false

    private static let signatureLength = 10
    private static let greetingLength = 64

    package init(_ security: SocketSecurity) {
        expectedKey = if case .client(_, let server) = security { server } else { nil }
    }

    /// Whether this process has keys.
    package var hasKeys: Bool { expectedKey != nil }

    /// Signature, version 3.0, mechanism, the role of a client, filler.
    package static func greeting(hasKeys: Bool) -> [UInt8] {
        let mechanism = Array((hasKeys ? "CURVE" : "NULL").utf8)
        let head = [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 0] + mechanism
        return head + [UInt8](repeating: 0, count: greetingLength - head.count)
    }

    /// What is said first: signature and version. libzmq answers that with its own mechanism, and closes without an answer once
    /// it has read another one's name.
    package var opening: [UInt8] { Array(Self.greeting(hasKeys: hasKeys).prefix(Self.signatureLength + 2)) }

    package mutating func receive(_ bytes: some Sequence<UInt8>) -> Step {
        received += bytes
        if hasSaidHello {
            if received.starts(with: Self.welcome) { return .end(.hasExpectedKey) }
            return Self.welcome.starts(with: received) ? .wait : .end(.otherKey)
        }
        guard !received.isEmpty else { return .wait }
        if received[0] != 0xFF { return .end(.foreign) }
        if received.count >= Self.signatureLength, received[9] != 0x7F { return .end(.foreign) }
        guard received.count >= Self.greetingLength else { return .wait }
        guard received[10] >= 3 else { return .end(.foreign) }
        let mechanism = String(decoding: received[12..<32].prefix { $0 != 0 }, as: UTF8.self)
        guard mechanism == "CURVE", let expectedKey else { return .end(.greets(hasKeys: mechanism == "CURVE")) }
        received.removeFirst(Self.greetingLength)
        hasSaidHello = true
        return .say(Self.greeting(hasKeys: true).dropFirst(opening.count) + Self.hello(to: expectedKey))
    }

    /// What it means that the other end closes now.
    package var outcomeOfClosing: CoordinatorProbe.Outcome {
        hasSaidHello ? .otherKey : .closed
    }

    /// What it means that it says no more.
    package var outcomeOfSilence: CoordinatorProbe.Outcome {
        hasSaidHello ? .greets(hasKeys: true) : .mute
    }

    /// How the server's answer begins: a short command, its length, its name's length and its name.
    private static let welcome: [UInt8] = [4, 168, 7] + Array("WELCOME".utf8)

    /// The client's first command: version 1.0, padding, a key for this once, a nonce, and 64 zeros in a box that proves who
    /// made that key, and that only the server's owner opens.
    static func hello(to server: CurvePublicKey) -> [UInt8] {
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_box_PUBLICKEYBYTES))
        var secretKey = [UInt8](repeating: 0, count: Int(crypto_box_SECRETKEYBYTES))
        crypto_box_keypair(&publicKey, &secretKey)
        let nonce: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]
        let zeros = [UInt8](repeating: 0, count: 64)
        var box = [UInt8](repeating: 0, count: 64 + Int(crypto_box_MACBYTES))
        _ = crypto_box_easy(
            &box, zeros, UInt64(zeros.count), Array("CurveZMQHELLO---".utf8) + nonce, server.bytes, secretKey)
        let body =
            [5] + Array("HELLO".utf8) + [1, 0] + [UInt8](repeating: 0, count: 72) + publicKey + nonce + box
        return [4, UInt8(body.count)] + body
    }
}
