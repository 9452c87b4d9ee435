import Adversarial
import Coordination
import Messaging
import Testing

/// Which shards two workers compute, and when their results are compared.
@Suite struct VerificationTests {
    private let a = PeerIdentity(low: 1, high: 1)
    private let b = PeerIdentity(low: 3, high: 2)
    private let round = Round(
        number: 0, step: 0, kind: .discriminator, batchIndex: 0, generatorVersion: 0, discriminatorVersion: 0)

    /// Of 100,000 shards: within 5 standard deviations of a binomial distribution, √(n·p·(1 − p)) ≈ 95.
    @Test func theShareOfTheShardsIsSelected() {
        let count = (0..<100_000).count {
            Verification.selects(seed: 3, round: UInt64($0 / 8), shard: $0 % 8, share: 0.1)
        }
        #expect(abs(count - 10_000) < 475)
        #expect((0..<1000).allSatisfy { Verification.selects(seed: 3, round: UInt64($0), shard: 0, share: 1) })
        #expect(!(0..<1000).contains { Verification.selects(seed: 3, round: UInt64($0), shard: 0, share: 0) })
    }

    @Test func twoResultsAreComparedAndOneIsAccepted() {
        var verification = Verification(share: 1, seed: 0)
        #expect(verification.begin(round, shards: 2, workers: 2) == false)
        #expect(verification.includes(0) && verification.includes(1) && !verification.includes(2))
        #expect(verification.wantsResult(0))
        #expect(verification.add(.init(lease: 1, peer: a), for: 0) == nil)
        #expect(verification.wantsResult(0))
        #expect(verification.finish(0) == nil)
        let pair = verification.add(.init(lease: 2, peer: b), for: 0)
        #expect(pair?.first.lease == 1 && pair?.second.lease == 2)
        // Being compared: no third result is wanted, and none is accepted unverified.
        #expect(!verification.wantsResult(0) && verification.isAccepted(0) == false)
        #expect(verification.acceptUnverified(0) == nil)
        #expect(verification.finish(0)?.map(\.peer) == [a, b])
        #expect(verification.isAccepted(0) == true)
        #expect(verification.finish(0) == nil)
        verification.end()
        #expect(verification.isEmpty && verification.isAccepted(0) == nil)
    }

    @Test func anOnlyResultIsAcceptedOnce() {
        var verification = Verification(share: 1, seed: 0)
        _ = verification.begin(round, shards: 1, workers: 2)
        #expect(verification.acceptUnverified(0) == nil)
        _ = verification.add(.init(lease: 5, peer: a), for: 0)
        #expect(verification.acceptUnverified(0)?.lease == 5)
        #expect(verification.isAccepted(0) == true && !verification.wantsResult(0))
        #expect(verification.acceptUnverified(0) == nil)
    }

    @Test func aSingleWorkerIsWarnedOfOnceUntilThereAreMore() {
        var verification = Verification(share: 0.5, seed: 0)
        let warnings = [1, 1, 2, 1].map { workers in
            defer { verification.end() }
            return verification.begin(round, shards: 8, workers: workers)
        }
        #expect(warnings == [true, false, false, true])
        var none = Verification(share: 0, seed: 0)
        #expect(none.begin(round, shards: 8, workers: 1) == false)
    }
}
