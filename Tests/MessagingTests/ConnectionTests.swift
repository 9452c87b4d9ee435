import Foundation
import Messaging
import Testing

/// What keeps a process from its coordinator is found, and an honest one always gets in.
struct ConnectionTests {
    private let four = HostAddress(bytes: [10, 77, 0, 1])
    private let six = HostAddress(bytes: [0xFD, 0x77] + [UInt8](repeating: 0, count: 13) + [1])
    private let loopback = HostAddress(bytes: [127, 0, 0, 1])

    // MARK: Sentences

    @Test func sentencesTellWhatBecameOfEachAddress() throws {
        let finding = ConnectionFinding(security: .plain)
        let silent = finding.sentence("hub", [six, four], port: 7, [.silent, .silent])
        #expect(silent.hasPrefix("hub is fd77::1 and 10.77.0.1; neither answers; "), "\(silent)")
        let mixed = finding.sentence("hub", [six, four], port: 7, [.refused, .silent])
        #expect(mixed.contains("fd77::1 refuses connections to port 7, 10.77.0.1 does not answer; start"), "\(mixed)")
        let alone = finding.sentence("10.77.0.1", [four], port: 7, [.refused])
        #expect(alone.hasPrefix("this address refuses connections to port 7; start"), "\(alone)")
        let named = finding.sentence("hub", [four], port: 7, [.failed("no route to host")])
        #expect(named.hasPrefix("hub is 10.77.0.1, which cannot be reached (no route to host); "), "\(named)")
        // Whoever greets is the one to be reached, wherever it stands in the list.
        for outcomes in [[.refused, .greets(hasKeys: true)], [.greets(hasKeys: true), .silent]]
            as [[CoordinatorProbe.Outcome]]
        {
            let keyed = finding.sentence("hub", [six, four], port: 7, outcomes)
            #expect(keyed.hasSuffix("add --key FILE and --coordinator-key KEY"), "\(keyed)")
        }
    }

    @Test func sentencesTellWhoseKeysAreMissing() throws {
        let (own, server) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let keys = SocketSecurity.client(own, server: server.publicKey)
        func text(_ security: SocketSecurity, _ outcome: CoordinatorProbe.Outcome, wasRefused: Bool = false) -> String {
            ConnectionFinding(security: security, wasRefused: wasRefused).sentence(
                "10.77.0.1", [four], port: 7, [outcome])
        }
        #expect(text(.plain, .greets(hasKeys: true)).contains("there asks for keys, and this process has none"))
        #expect(text(keys, .greets(hasKeys: false)).contains("there has no keys, and this process has"))
        #expect(text(keys, .otherKey).contains("there has another key than --coordinator-key gives"))
        let refused = text(keys, .hasExpectedKey, wasRefused: true)
        #expect(refused.contains("does not allow this process's key; add '\(own.publicKey)'"), "\(refused)")
        // One that was never refused is not told so, however long it takes.
        for (security, outcome) in [
            (keys, .hasExpectedKey), (keys, .greets(hasKeys: true)), (.plain, .greets(hasKeys: false)),
        ] as [(SocketSecurity, CoordinatorProbe.Outcome)] {
            #expect(text(security, outcome).contains("answers, but has not let this process in yet"))
        }
    }

    // MARK: The dialogue, byte by byte

    /// ZMTP 3.0 (RFC 23): 64 bytes, in whatever pieces they come.
    @Test(arguments: [1, 7, 64]) func greetingsAreReadInPieces(piece: Int) throws {
        for hasKeys in [false, true] {
            var dialogue = ProbeDialogue(.plain)
            let greeting = ProbeDialogue.greeting(hasKeys: hasKeys)
            #expect(greeting.count == 64)
            var steps: [ProbeDialogue.Step] = []
            for start in stride(from: 0, to: 64, by: piece) {
                steps.append(dialogue.receive(greeting[start..<min(64, start + piece)]))
            }
            #expect(steps.last == .end(.greets(hasKeys: hasKeys)))
            #expect(steps.dropLast().allSatisfy { $0 == .wait })
        }
    }

    @Test func otherProtocolsAreNamed() {
        for text in ["HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH_9.2", "220 mail ESMTP"] {
            var dialogue = ProbeDialogue(.plain)
            #expect(dialogue.receive(Array(text.utf8)) == .end(.foreign))
        }
        var dialogue = ProbeDialogue(.plain)
        #expect(dialogue.outcomeOfClosing == .closed && dialogue.outcomeOfSilence == .mute)
        // ZMTP 2.0.
        var old = ProbeDialogue.greeting(hasKeys: false)
        old[10] = 1
        #expect(dialogue.receive(old) == .end(.foreign))
    }

    /// CURVE's HELLO (RFC 26) has 200 bytes; only WELCOME answers it.
    @Test func helloIsAnsweredByTheOwnerAlone() throws {
        let (own, server) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        func greeted() -> ProbeDialogue {
            var dialogue = ProbeDialogue(.client(own, server: server.publicKey))
            let opening = dialogue.opening
            guard case .say(let rest) = dialogue.receive(ProbeDialogue.greeting(hasKeys: true)) else {
                Issue.record("no HELLO")
                return dialogue
            }
            #expect(opening + rest.prefix(52) == ProbeDialogue.greeting(hasKeys: true))
            let hello = rest.dropFirst(52)
            #expect(hello.count == 202 && hello.starts(with: [4, 200, 5] + Array("HELLO".utf8) + [1, 0]))
            return dialogue
        }
        var dialogue = greeted()
        #expect(dialogue.outcomeOfClosing == .otherKey)
        #expect(dialogue.outcomeOfSilence == .greets(hasKeys: true))
        #expect(dialogue.receive([4, 168, 7]) == .wait)
        #expect(dialogue.receive(Array("WELCOME".utf8)) == .end(.hasExpectedKey))
        dialogue = greeted()
        #expect(dialogue.receive([4, 6, 5] + Array("ERROR".utf8)) == .end(.otherKey))
    }

    // MARK: Real sockets

    @Test func whatListensIsTold() throws {
        let context = try Context()
        let (own, server, other) = (
            try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate()
        )
        let authenticator = try Authenticator(
            context, access: AccessControl(try AllowList("\(own.publicKey)", file: "l")))
        defer { withExtendedLifetime(authenticator) {} }
        var options = SocketOptions()
        let plain = try RouterSocket(context)
        options.security = .server(server)
        let keyed = try RouterSocket(context, options: options)
        func outcome(_ endpoint: Endpoint, _ security: SocketSecurity) -> CoordinatorProbe.Outcome? {
            guard case .tcp(_, let port) = endpoint else { return nil }
            return CoordinatorProbe.outcomes([loopback], port: port, security: security).first
        }
        let (open, closed) = (
            try plain.bind(.tcp(host: "127.0.0.1", port: 0)), try keyed.bind(.tcp(host: "127.0.0.1", port: 0))
        )
        let right = SocketSecurity.client(own, server: server.publicKey)
        #expect(outcome(open, .plain) == .greets(hasKeys: false))
        #expect(outcome(open, right) == .greets(hasKeys: false))
        #expect(outcome(closed, .plain) == .greets(hasKeys: true))
        #expect(outcome(closed, right) == .hasExpectedKey)
        #expect(outcome(closed, .client(own, server: other.publicKey)) == .otherKey)
        // A key that is not on the list is refused later; the server's is right all the same.
        #expect(outcome(closed, .client(other, server: server.publicKey)) == .hasExpectedKey)
        guard case .tcp(_, let port) = open else { return }
        let elsewhere = HostAddress(bytes: [127, 0, 0, 2])
        #expect(
            CoordinatorProbe.outcomes([elsewhere, loopback], port: port) == [.refused, .greets(hasKeys: false)])
        let (nothing, nothingEither) = (isNothing(try plain.receive()), isNothing(try keyed.receive()))
        #expect(nothing && nothingEither)
    }

    /// A key that is refused is told from one that is not; neither keeps others out.
    @Test func whoIsRefusedLearnsIt() throws {
        let context = try Context()
        let (own, server, other) = (
            try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate()
        )
        let authenticator = try Authenticator(
            context, access: AccessControl(try AllowList("\(own.publicKey)", file: "l")))
        defer { withExtendedLifetime(authenticator) {} }
        var options = SocketOptions()
        options.security = .server(server)
        let router = try RouterSocket(context, options: options)
        let endpoint = try router.bind(.tcp(host: "127.0.0.1", port: 0))
        func link(_ keys: CurveKeyPair) throws -> CoordinatorLink {
            var options = SocketOptions()
            options.security = .client(keys, server: server.publicKey)
            return try CoordinatorLink(try Context(), to: endpoint, identity: .random(), options: options, now: 0)
        }
        var good = try link(own)
        var bad = try link(other)
        let isIn = try eventually(seconds: 60) {
            try good.poll(now: 0)
            return good.isEstablished
        }
        #expect(isIn)
        let isRefused = try eventually(seconds: 60) {
            try bad.poll(now: 0)
            return bad.finding().contains("does not allow this process's key")
        }
        let (hasFinding, isOut) = (good.finding(), bad.isEstablished)
        #expect(isRefused && !isOut)
        #expect(hasFinding.hasPrefix("it is connected"))
    }

    @Test func aNameThatHasNoAddressIsAskedAgain() throws {
        var link = try CoordinatorLink(
            try Context(), to: .tcp(host: "nobody.invalid", port: 7), identity: .random(), options: SocketOptions(),
            now: 0)
        try link.poll(now: 5_000_000_000)
        let (isEstablished, finding) = (link.isEstablished, link.finding())
        #expect(!isEstablished)
        #expect(finding.contains("'nobody.invalid' has no address"), "\(finding)")
    }

    /// A coordinator that comes later, or again, is found, though nobody tells the link.
    @Test func aCoordinatorThatComesAgainIsFound() throws {
        let folder = try TemporaryFolder()
        let endpoint = try Endpoint("ipc://\(folder.path)/c")
        var link = try CoordinatorLink(
            try Context(), to: endpoint, identity: .random(), options: SocketOptions(), now: 0)
        var now: UInt64 = 0
        for _ in 0..<2 {
            let context = try Context()
            let router = try RouterSocket(context)
            _ = try router.bind(endpoint)
            let isIn = try eventually(seconds: 60) {
                now += 1_000_000
                try link.poll(now: now)
                return link.isEstablished
            }
            #expect(isIn)
            _ = try link.send(header: Frame([1]))
            let arrived = try eventually(seconds: 60) { !isNothing(try router.receive()) }
            #expect(arrived)
        }
        let isOut = try eventually(seconds: 60) {
            try link.poll(now: now)
            return !link.isEstablished
        }
        #expect(isOut)
    }
}

/// Whether nothing is waiting.
private func isNothing(_ received: consuming Received) -> Bool {
    if case .nothing = received { true } else { false }
}
