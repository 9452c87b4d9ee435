import Adversarial
import Messaging

/// A shard that two workers compute.
struct ShardCheck: Hashable, Sendable {
    struct Answer: Hashable, Sendable {
        let lease: UInt64
        let peer: PeerIdentity
    }

    /// Complete ones, in the order of their coming.
    var answers: [Answer] = []
    /// They are being compared.
    var isSettling = false
    /// One of them is in the sum.
    var isSettled = false
}

/// Comparing: a part of the shards is computed by two workers. Equal answers are right; of two that differ the
/// coordinator's own computation tells which is wrong, and its worker is cut off.
extension CoordinatorMachine {
    /// Whether a shard of a round is computed twice: by a hash of seed, round and shard, so that no worker can know another's
    /// choice from its own shards and the same run makes the same choices.
    static func isChecked(seed: UInt64, round: UInt64, shard: Int, share: Double) -> Bool {
        var z = seed &+ round &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(shard) &* 0xD1B5_4A32_D192_ED03
        // SplitMix64's finaliser (Steele et al., 2014).
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ z >> 31) >> 11) * 0x1p-53 < share
    }

    /// Chooses the shards of a round that are computed twice.
    mutating func chooseChecks(_ round: Round, _ effects: inout [CoordinatorEffect]) {
        guard settings.verifiedShare > 0 else { return }
        guard order.count > 1 else {
            if !hasSaidNothingToCompare { effects.append(.report(.nothingToCompare)) }
            hasSaidNothingToCompare = true
            return
        }
        hasSaidNothingToCompare = false
        for shard in 0..<settings.shards
        where CoordinatorMachine.isChecked(
            seed: settings.seed, round: round.number, shard: shard, share: settings.verifiedShare)
        {
            checks[shard] = ShardCheck()
        }
    }

    /// Whether a worker has been asked for a shard that is to be compared, or has answered it.
    func isInvolved(_ peer: PeerIdentity, in shard: Int) -> Bool {
        checks[shard]!.answers.contains { $0.peer == peer }
            || leases.values.contains { $0.peer == peer && $0.purpose == .check && $0.shards == [shard] }
    }

    mutating func keep(
        _ header: ContributionHeader, _ lease: ShardLease, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        let shard = lease.shards[0]
        let isWanted = checks[shard].map { !$0.isSettling } ?? false
        guard arrive(header, now), isWanted else {
            dropped.duplicate += 1
            return
        }
        effects.append(.keep(lease: lease.id, chunk: header.chunk))
        guard !leases[lease.id]!.isOpen, let round else { return }
        checks[shard]!.answers.append(.init(lease: lease.id, peer: lease.peer))
        let answers = checks[shard]!.answers
        // Where nobody else is there to compute it, it is taken as it is.
        guard answers.count == 2 else { return leaseMissing(now, &effects) }
        checks[shard]!.isSettling = true
        effects.append(.compare(round, shard: shard, first: answers[0].lease, second: answers[1].lease))
    }

    mutating func settle(
        _ number: UInt64, _ shard: Int, _ accepted: UInt64, _ wrong: [UInt64], _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, round.number == number, let check = checks[shard], check.isSettling, !check.isSettled else {
            return
        }
        accept(shard, accepted, &effects)
        for answer in check.answers where wrong.contains(answer.lease) {
            members[answer.peer]?.wrongShards += 1
            let reason = "its shard \(shard) of step \(round.step + 1) is not what the coordinator computes"
            cutOff(answer.peer, reason, now, &effects)
        }
        completeIfDone(round, now, &effects)
    }

    /// Nobody else is there to compute a shard: its one answer is taken as it is.
    mutating func acceptAlone(_ shard: Int, _ effects: inout [CoordinatorEffect]) {
        guard let check = checks[shard], !check.isSettling, let answer = check.answers.first else { return }
        checks[shard]!.isSettling = true
        accept(shard, answer.lease, &effects)
    }

    private mutating func accept(_ shard: Int, _ lease: UInt64, _ effects: inout [CoordinatorEffect]) {
        checks[shard]!.isSettled = true
        let node = ReductionNode(shard: shard)
        for chunk in 0..<layout.count {
            guard let climb = progress.insert(node, chunk: chunk) else { continue }
            effects.append(.reduceKept(lease: lease, node, chunk: chunk, climb: climb))
        }
    }
}
