import Foundation
import Messaging
import TestSupport
import Testing

/// CURVE: who is on the list gets in, and of nobody else does a frame reach the program.
struct AuthenticationTests {
    /// A coordinator's two sockets, bound on loopback.
    private struct Server: ~Copyable {
        let router: RouterSocket
        let publisher: PublisherSocket
        let endpoint: Endpoint
        let published: Endpoint

        init(_ context: Context, keys: CurveKeyPair?) throws {
            var options = SocketOptions()
            options.security = keys.map { .server($0) } ?? .plain
            let router = try RouterSocket(context, options: options)
            let publisher = try PublisherSocket(context, options: options)
            let endpoint = try router.bind(.tcp(host: "127.0.0.1", port: 0))
            let published = try publisher.bind(.tcp(host: "127.0.0.1", port: 0))
            self.router = router
            self.publisher = publisher
            self.endpoint = endpoint
            self.published = published
        }

        /// What comes in within `seconds`, while it publishes.
        func receive(seconds: Double = patience) throws -> (bytes: [UInt8], user: CurvePublicKey?)? {
            var found: (bytes: [UInt8], user: CurvePublicKey?)?
            _ = try eventually(seconds: seconds) {
                try publisher.send(header: Frame([7]))
                if case .message(let message) = try router.receive() {
                    found = (message.header.withUnsafeBytes { Array($0) }, message.user)
                }
                return found != nil
            }
            return found
        }
    }

    /// A worker's two sockets, in a context of their own, with a message on its way.
    private struct Client: ~Copyable {
        let dealer: DealerSocket
        let subscriber: SubscriberSocket

        init(of server: borrowing Server, _ security: SocketSecurity) throws {
            let context = try Context()
            var options = SocketOptions()
            options.security = security
            let dealer = try DealerSocket(context, identity: .random(), options: options)
            let subscriber = try SubscriberSocket(context, options: options)
            try dealer.connect(server.endpoint)
            try subscriber.connect(server.published)
            _ = try dealer.send(header: Frame([1, 2, 3]))
            self.dealer = dealer
            self.subscriber = subscriber
        }

        func hears() throws -> Bool {
            if case .message = try subscriber.receive() { true } else { false }
        }
    }

    private static func list(_ keys: [CurvePublicKey]) throws -> AccessControl {
        AccessControl(try AllowList(keys.map(\.description).joined(separator: "\n"), file: "allowed"))
    }

    @Test func whoIsOnTheListGetsInAndIsKnown() throws {
        let (own, worker) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let context = try Context()
        let access = try Self.list([try CurveKeyPair.generate().publicKey, worker.publicKey])
        let authenticator = try Authenticator(context, access: access)
        let server = try Server(context, keys: own)
        let client = try Client(of: server, .client(worker, server: own.publicKey))
        let found = try #require(try server.receive())
        #expect(found.bytes == [1, 2, 3])
        #expect(found.user == worker.publicKey)
        #expect(
            try eventually {
                _ = try server.receive(seconds: 0.01)
                return try client.hears()
            })
        #expect(access.refusedHandshakes == 0)
        _ = authenticator
    }

    /// The ways to come without being on the list.
    enum Stranger: CaseIterable {
        case keyNotOnTheList, noKeys, wrongServerKey, noHandler
    }

    @Test(arguments: Stranger.allCases)
    func noFrameOfAStrangerReachesTheProgram(stranger: Stranger) throws {
        let (own, worker, other) = (
            try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate()
        )
        let context = try Context()
        let access = try Self.list([worker.publicKey])
        let authenticator = stranger == .noHandler ? nil : try Authenticator(context, access: access)
        let server = try Server(context, keys: own)
        let security: SocketSecurity =
            switch stranger {
            case .keyNotOnTheList: .client(other, server: own.publicKey)
            case .noKeys: .plain
            case .wrongServerKey: .client(worker, server: other.publicKey)
            case .noHandler: .client(worker, server: own.publicKey)
            }
        let client = try Client(of: server, security)
        #expect(try server.receive(seconds: 1) == nil)
        #expect(try !client.hears())
        #expect(stranger != .keyNotOnTheList || eventually { access.refusedHandshakes >= 1 })
        #expect(access.takeNewlyRefused() == (stranger == .keyNotOnTheList ? [other.publicKey] : []))
        _ = authenticator
    }

    /// Somebody who answers at the coordinator's address without its key gets nothing.
    @Test func aWorkerTellsNothingToAnotherCoordinator() throws {
        let (own, worker, other) = (
            try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate()
        )
        for keys in [other, nil] {
            let context = try Context()
            let authenticator = try Authenticator(context, access: Self.list([worker.publicKey]))
            let impostor = try Server(context, keys: keys)
            let client = try Client(of: impostor, .client(worker, server: own.publicKey))
            #expect(try impostor.receive(seconds: 0.5) == nil)
            #expect(try !client.hears())
            _ = authenticator
        }
    }

    @Test func aKeyThatIsCutOffCannotConnectAgain() throws {
        let (own, worker, good) = (
            try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate()
        )
        let context = try Context()
        let access = try Self.list([worker.publicKey, good.publicKey])
        let authenticator = try Authenticator(context, access: access)
        let server = try Server(context, keys: own)
        do {
            let client = try Client(of: server, .client(worker, server: own.publicKey))
            #expect(try server.receive()?.user == worker.publicKey)
            _ = client
        }
        access.refuse(worker.publicKey)
        let again = try Client(of: server, .client(worker, server: own.publicKey))
        #expect(try server.receive(seconds: 1) == nil)
        #expect(eventually { access.refusedHandshakes >= 1 })
        let other = try Client(of: server, .client(good, server: own.publicKey))
        #expect(try server.receive()?.user == good.publicKey)
        _ = consume again
        _ = consume other
        _ = authenticator
    }

    @Test func aContextHasOneHandler() throws {
        let context = try Context()
        let access = try Self.list([try CurveKeyPair.generate().publicKey])
        let first = try Authenticator(context, access: access)
        #expect(throws: MessagingError.self) { try Authenticator(context, access: access) }
        _ = first
    }

    @Test func aMessageWithoutKeysHasNoUser() throws {
        let server = try Server(try Context(), keys: nil)
        let client = try Client(of: server, .plain)
        let found = try #require(try server.receive())
        #expect(found.user == nil)
        _ = consume client
    }
}
