import Adversarial
import Messaging

/// Files: the list that workers get, and shards that a worker cannot compute because of one of them.
extension CoordinatorMachine {
    /// A worker that hands back this many shards in a row is refused: its files are not the run's.
    private static let mostHandedBack = 4

    mutating func answer(
        _ request: FileListRequest, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        let count = settings.fileList.map {
            ChunkLayout(byteCount: $0.byteCount, chunkLength: settings.chunkLength).count
        }
        guard let count, request.firstChunk < count else {
            reject(peer, now, &effects)
            return
        }
        let end = min(count, request.firstChunk + min(request.chunks, ParameterAssembly.credit))
        for chunk in request.firstChunk..<max(request.firstChunk, end) {
            effects.append(.sendFileList(chunk: chunk, to: peer))
        }
    }

    mutating func receive(
        _ failure: ShardFailure, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round = phase.roundInFlight, failure.round == round.number, let lease = leases[failure.lease] else {
            dropped.stale += 1
            return
        }
        guard lease.peer == peer, lease.shards.contains(failure.shard) else {
            reject(peer, now, &effects)
            return
        }
        handBack([failure.shard], lease, round, failure.reason, now, &effects)
    }

    /// A contribution that was computed from other files than the run's.
    mutating func receiveOtherFiles(
        _ header: ContributionHeader, _ incarnation: UInt64, _ peer: PeerIdentity, _ reason: String,
        _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard hear(peer, incarnation, now), isAnswer(header, of: peer, now, &effects),
            let round = phase.roundInFlight, let lease = leases[header.lease]
        else { return }
        handBack(Array(shape.leaves(below: header.node)), lease, round, reason, now, &effects)
    }

    private mutating func handBack(
        _ shards: [Int], _ lease: ShardLease, _ round: Round, _ reason: String, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[lease.peer] else { return }
        drop(lease)
        fileFaults.add(shards, of: lease.peer)
        members.update(lease.peer) { $0.handedBack += 1 }
        if fileFaults.takeReport(worker: member.name, reason: reason) {
            effects.append(
                .report(.handedBack(name: member.name, shards: shards, step: round.step, reason: reason)))
        }
        let count = member.handedBack + 1
        guard count < CoordinatorMachine.mostHandedBack else {
            let reason =
                "its files are not those of the run: \(count) shards in a row handed back, the last because of"
                + " \(reason); give it the same files"
            return refuse(lease.peer, reason, now, &effects)
        }
        leaseMissing(now, isReported: true, &effects)
    }

    /// No ready worker can compute a shard: all are asked again after a while, and a worker that joins at once.
    mutating func waitForFiles(_ shard: Int, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard fileFaults.wait(until: now + settings.waitingNotice) else { return }
        effects.append(.report(.nobodyCanRead(shard: shard, seconds: settings.waitingNotice.inSeconds)))
    }

    mutating func retryFiles(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        if fileFaults.takeAttempt(now) { leaseMissing(now, isReported: true, &effects) }
    }
}
