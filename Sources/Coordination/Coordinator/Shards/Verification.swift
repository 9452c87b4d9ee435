import Adversarial
import Messaging

/// Which shards of the round in flight two workers compute, and their results so far.
///
/// Two equal results are correct. If they differ, the coordinator computes the shard itself, and whoever was wrong is cut
/// off.
package struct Verification: Sendable {
    /// A worker's complete result for a shard.
    package struct Result: Hashable, Sendable {
        package let lease: UInt64
        package let peer: PeerIdentity

        package init(lease: UInt64, peer: PeerIdentity) {
            self.lease = lease
            self.peer = peer
        }
    }

    private struct Shard: Hashable, Sendable {
        /// In the order in which they came.
        var results: [Result] = []
        /// No further result is wanted.
        var isDecided = false
        /// One result is in the sum.
        var isAccepted = false
    }

    private let share: Double
    private let seed: UInt64
    private var shards: [Int: Shard] = [:]
    private var saidNothingToVerify = false

    /// - Parameters:
    ///   - share: of all shards.
    ///   - seed: decides which.
    package init(share: Double, seed: UInt64) {
        self.share = share
        self.seed = seed
    }

    /// Whether two workers compute a shard of a round: by a hash of seed, round and shard, so that no worker can tell another's
    /// choice from its own shards, and the same run makes the same choices.
    package static func selects(seed: UInt64, round: UInt64, shard: Int, share: Double) -> Bool {
        var z = seed &+ round &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(shard) &* 0xD1B5_4A32_D192_ED03
        // SplitMix64's finaliser (Steele et al., 2014).
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ z >> 31) >> 11) * 0x1p-53 < share
    }

    /// Selects the shards of a round that two workers compute.
    ///
    /// - Returns: whether to warn that one worker alone leaves nothing to compare: once, until there are more.
    package mutating func begin(_ round: Round, shards count: Int, workers: Int) -> Bool {
        guard share > 0 else { return false }
        guard workers > 1 else {
            defer { saidNothingToVerify = true }
            return !saidNothingToVerify
        }
        saidNothingToVerify = false
        for shard in 0..<count
        where Verification.selects(seed: seed, round: round.number, shard: shard, share: share) {
            shards[shard] = Shard()
        }
        return false
    }

    /// The round is complete.
    package mutating func end() { shards.removeAll(keepingCapacity: true) }

    package var isEmpty: Bool { shards.isEmpty }

    /// Whether two workers compute a shard.
    package func includes(_ shard: Int) -> Bool { shards[shard] != nil }

    /// Whether a result for a shard is in the sum; nil for a shard that is not verified.
    package func isAccepted(_ shard: Int) -> Bool? { shards[shard]?.isAccepted }

    /// Whether another result for a shard is wanted.
    package func wantsResult(_ shard: Int) -> Bool { shards[shard].map { !$0.isDecided } ?? false }

    package func results(_ shard: Int) -> [Result] { shards[shard]?.results ?? [] }

    /// Adds a complete result.
    ///
    /// - Returns: both results to compare, once there are two.
    package mutating func add(_ result: Result, for shard: Int) -> (first: Result, second: Result)? {
        shards[shard]!.results.append(result)
        let results = shards[shard]!.results
        guard results.count == 2 else { return nil }
        shards[shard]!.isDecided = true
        return (results[0], results[1])
    }

    /// The results for a shard have been compared.
    ///
    /// - Returns: who computed them; nil if the shard did not wait for this.
    package mutating func finish(_ shard: Int) -> [Result]? {
        guard let entry = shards[shard], entry.isDecided, !entry.isAccepted else { return nil }
        shards[shard]!.isAccepted = true
        return entry.results
    }

    /// No other worker can compute a shard.
    ///
    /// - Returns: its only result, which is accepted as it is; nil if it has none, or two are being compared.
    package mutating func acceptUnverified(_ shard: Int) -> Result? {
        guard let entry = shards[shard], !entry.isDecided, let result = entry.results.first else { return nil }
        shards[shard]!.isDecided = true
        shards[shard]!.isAccepted = true
        return result
    }
}
