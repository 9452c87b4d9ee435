import Coordination
import Messaging
import Testing

/// Who counts as lost, in seconds: a time-out of 4, a heartbeat each second, half a second for a broken connection.
@Suite struct LivenessTests {
    private let a = PeerIdentity(low: 1, high: 1)
    private let b = PeerIdentity(low: 3, high: 2)

    private func liveness() -> Liveness {
        let settings = CoordinatorSettings(
            run: "r", incarnation: 7, configuration: "c", publisher: "inproc://p", shards: 4,
            parameterLengths: [:], contributionLengths: [:], build: "1", numericFingerprint: "n", dataFingerprint: "d",
            cluster: ClusterSettings { $0.workerTimeoutSeconds = 4 })
        return Liveness(settings: settings, now: 0)
    }

    @Test func aSilentMemberIsLostAfterTheTimeout() {
        var liveness = liveness()
        liveness.heard(a, at: .seconds(1))
        #expect(liveness.lossReason(a, at: .seconds(5)) == nil)
        #expect(liveness.lossReason(a, at: .seconds(5.6)) == "nothing heard of it for 5 s")
        #expect(liveness.silence(of: a, at: .seconds(3)) == .seconds(2))
        liveness.heard(a, at: .seconds(5.6))
        #expect(liveness.lossReason(a, at: .seconds(9)) == nil)
        // Nothing is said of a peer that is no member.
        #expect(liveness.lossReason(b, at: .seconds(60)) == nil)
        liveness.forget(a)
        #expect(liveness.lossReason(a, at: .seconds(60)) == nil)
    }

    @Test func aBrokenConnectionCountsFromTheFirstFailureUntilAMessageComes() {
        var liveness = liveness()
        liveness.heard(a, at: 0)
        liveness.unreachable(a, at: .seconds(1))
        liveness.unreachable(a, at: .seconds(1.4))
        #expect(liveness.lossReason(a, at: .seconds(1.5)) == nil)
        #expect(liveness.lossReason(a, at: .seconds(1.6)) == "its connection is closed")
        liveness.heard(a, at: .seconds(1.6))
        #expect(liveness.lossReason(a, at: .seconds(3)) == nil)
    }

    @Test func aSuspendedCoordinatorBlamesNoMember() {
        var liveness = liveness()
        liveness.heard(a, at: 0)
        liveness.unreachable(a, at: 0)
        #expect(liveness.tick(.seconds(2)) == 0)
        #expect(liveness.tick(.seconds(62)) == .seconds(60))
        #expect(liveness.lossReason(a, at: .seconds(63)) == nil)
        #expect(liveness.lossReason(a, at: .seconds(64.1)) == "nothing heard of it for 4 s")
    }

    @Test func heartbeatsAreDueOncePerInterval() {
        var liveness = liveness()
        let isDue = [0.9, 1, 1.9, 2].map { liveness.takeHeartbeat(.seconds($0)) }
        #expect(isDue == [false, true, false, true])
    }

    /// A quarter of a second at most, sooner for a deadline, never at once.
    @Test func theNextTick() {
        var liveness = liveness()
        _ = liveness.tick(.seconds(1))
        #expect(liveness.nextTick(deadline: nil) == .seconds(1.25))
        #expect(liveness.nextTick(deadline: .seconds(1.1)) == .seconds(1.1))
        #expect(liveness.nextTick(deadline: .seconds(9)) == .seconds(1.25))
        #expect(liveness.nextTick(deadline: .seconds(0.5)) == .seconds(1) + 1_000_000)
        // In the time of the process, whose clock has jumped back by a second.
        #expect(liveness.read(.seconds(2)) == .seconds(2))
        #expect(liveness.read(.seconds(1)) == .seconds(2))
        _ = liveness.tick(.seconds(2))
        #expect(liveness.nextTick(deadline: nil) == .seconds(1.25))
    }
}
