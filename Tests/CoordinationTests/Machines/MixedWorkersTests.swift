import Adversarial
import Coordination
import Messaging
import Testing

/// Workers of another build, or with other arithmetic: refused, or taken with one warning.
@Suite struct MixedWorkersTests {
    private func machine(allowsMixed: Bool) -> CoordinatorMachine {
        CoordinatorMachine(
            settings: CoordinatorSettings(
                run: "r", incarnation: 7, configuration: "c", publisher: "inproc://p", shards: 4,
                parameterLengths: [.generator: 10, .discriminator: 10],
                contributionLengths: [.discriminator: 8, .generator: 8, .simultaneous: 16], chunkLength: 4,
                build: "0.1.0 (build a)", numericFingerprint: "n", allowsMixedArithmetic: allowsMixed,
                dataFingerprint: "d"), now: 0)
    }

    private func greet(
        _ machine: inout CoordinatorMachine, build: String, fingerprint: String, from peer: UInt64
    ) -> [CoordinatorEffect] {
        let hello = Hello(build: build, numericFingerprint: fingerprint, name: "w\(peer)", threads: 1, run: "")
        let peer = PeerIdentity(low: 2 * peer + 1, high: 1)
        return machine.handle(.message(.hello(hello), incarnation: 0, from: peer, payloadBytes: nil), at: 0)
    }

    private func warnings(_ effects: [CoordinatorEffect]) -> [String] {
        effects.compactMap { if case .report(let report) = $0 { "\(report)" } else { nil } }
    }

    @Test(arguments: [("0.1.0 (build b)", "n"), ("0.1.0 (build a)", "other")])
    func areRefusedByDefault(build: String, fingerprint: String) {
        var machine = machine(allowsMixed: false)
        let effects = greet(&machine, build: build, fingerprint: fingerprint, from: 1)
        guard case .send(.refusal(let reason), _) = effects.last else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains(build == "0.1.0 (build b)" ? "0.1.0 (build b), and" : "(other and n)"))
        #expect(reason.contains("0.1.0 (build a)") == (build == "0.1.0 (build b)"))
        #expect(reason.contains("--allow-mixed"))
        #expect(machine.members.isEmpty)
    }

    @Test(arguments: [("0.1.0 (build b)", "n"), ("0.1.0 (build a)", "other")])
    func areTakenWithOneWarningForEachKind(build: String, fingerprint: String) {
        var machine = machine(allowsMixed: true)
        let first = warnings(greet(&machine, build: build, fingerprint: fingerprint, from: 1))
        #expect(first.count == 1 && first[0].hasPrefix("warning: worker w1 is taken by --allow-mixed: "))
        // Again, and another one of its kind.
        for peer in [1, 2] as [UInt64] {
            #expect(warnings(greet(&machine, build: build, fingerprint: fingerprint, from: peer)).isEmpty)
        }
        #expect(warnings(greet(&machine, build: "0.2.0", fingerprint: "third", from: 3)).count == 1)
        #expect(warnings(greet(&machine, build: "0.1.0 (build a)", fingerprint: "n", from: 4)).isEmpty)
        #expect(machine.members.count == 4)
    }

    /// What a peer claims to be makes neither the log nor the memory grow without end.
    @Test func aThousandKindsAreWarnedOfSixteenTimes() {
        var machine = machine(allowsMixed: true)
        let count = (1...1000).reduce(0) { count, peer in
            count + warnings(greet(&machine, build: "b\(peer)", fingerprint: "n", from: UInt64(peer))).count
        }
        #expect(count == 16)
    }
}
