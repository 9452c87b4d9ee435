import Adversarial
import Coordination
import Foundation
import Messaging
import TestSupport
import Testing

/// Connections with keys: damage on the way is found and sent again, and a key that is cut off stays out.
@Suite struct KeyedConnectionTests {
    private let own: CurveKeyPair
    private let worker: CurveKeyPair
    private let access: AccessControl

    init() throws {
        own = try .generate()
        worker = try .generate()
        access = AccessControl(try AllowList("\(worker.publicKey)", file: "allowed"))
    }

    /// A bit flipped in every 8 MB, and all connections broken every second.
    @Test func damageOnTheWayCostsTimeAndNoBit() throws {
        let steps = 160
        let cluster = try TestCluster(
            endpoint: .tcp(host: "127.0.0.1", port: 0), lengths: [.generator: 40_000, .discriminator: 30_000],
            steps: steps, chunkLength: 1 << 13, workerTimeout: 20,
            security: CoordinatorSecurity(keys: own, access: access))
        guard case .tcp(_, let port) = cluster.endpoint else { return }
        let proxy = try DamagingProxy(target: port, bytesPerFlip: 8 << 20, seed: 5)
        defer { proxy.end() }
        let lengths = cluster.lengths
        let workers = try (0..<2).map { _ in
            TestCluster.worker(
                endpoint: .tcp(host: "127.0.0.1", port: proxy.port), context: try Context(),
                stopRequest: try StopRequest(), timeout: 60, security: .client(worker, server: own.publicKey)
            ) { _, _, _ in SyntheticComputer(lengths: lengths) }
        }
        let resets = Thread {
            while !Thread.current.isCancelled {
                sleep(1)
                proxy.reset()
            }
        }
        resets.start()
        defer { resets.cancel() }
        let result = try cluster.coordinator.join()
        #expect(result.state == cluster.reference(steps: steps))
        #expect(proxy.flips > 1)
        print("\(proxy.flips) bits flipped in \(steps) steps")
        resets.cancel()
        for worker in workers { #expect(try worker.join() == .finished) }
    }

    /// By the key that it said hello with, whatever identity it takes next.
    @Test func aPeerThatIsCutOffStaysOut() throws {
        let context = try Context()
        let authenticator = try Authenticator(context, access: access)
        var options = SocketOptions()
        options.security = .server(own)
        let router = try RouterSocket(context, options: options)
        let endpoint = try router.bind(.tcp(host: "127.0.0.1", port: 0))
        options.security = .client(worker, server: own.publicKey)
        var gate = PeerGate(access: access)
        func firstIsAdmitted(_ identity: PeerIdentity, cutOff: Bool) throws -> [Bool] {
            let dealer = try DealerSocket(try Context(), identity: identity, options: options)
            try dealer.connect(endpoint)
            for _ in 0..<2 { _ = try dealer.send(header: Frame([1])) }
            var admitted: [Bool] = []
            // Who is admitted is waited for; of who is not, a second shows enough.
            let limit = ContinuousClock.now + .seconds(cutOff ? patience : 1)
            while admitted.count < 2, ContinuousClock.now < limit {
                usleep(1000)
                guard case .message(let message) = try router.receive() else { continue }
                admitted.append(gate.admits(message))
                gate.greet(identity, message.user) { _ in true }
                if cutOff { gate.cutOff(identity) }
            }
            return admitted
        }
        #expect(try firstIsAdmitted(.random(), cutOff: true) == [true, false])
        #expect(gate.dropped == 1)
        // A new connection does not come to its first message.
        #expect(try firstIsAdmitted(.random(), cutOff: false) == [])
        let limit = ContinuousClock.now + .seconds(patience)
        while access.refusedHandshakes == 0, ContinuousClock.now < limit { usleep(1000) }
        #expect(access.refusedHandshakes > 0)
        _ = authenticator
    }
}
