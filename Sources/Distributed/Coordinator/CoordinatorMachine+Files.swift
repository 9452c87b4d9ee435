import Adversarial
import Messaging

/// Files: the list that workers get, and shards that some worker cannot compute because of one of them.
extension CoordinatorMachine {
    /// So many shards handed back with none computed in between, and a worker is refused: its files are not the run's.
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

    mutating func hear(
        _ failure: ShardFailure, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, isRoundStarted, failure.round == round.number, let lease = leases[failure.lease] else {
            dropped.stale += 1
            return
        }
        guard lease.peer == peer, lease.shards.contains(failure.shard) else {
            reject(peer, now, &effects)
            return
        }
        handBack([failure.shard], lease, failure.reason, now, &effects)
    }

    /// A contribution that was computed from other files than the run's.
    mutating func receiveOtherFiles(
        _ header: ContributionHeader, _ incarnation: UInt64, _ peer: PeerIdentity, _ reason: String,
        _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard !isCutOff(peer) else { return }
        guard members[peer] != nil, incarnation == settings.incarnation else {
            dropped.stale += 1
            return
        }
        members[peer]!.lastHeard = now
        guard isAnswer(header, of: peer, now, &effects), let lease = leases[header.lease] else { return }
        handBack(Array(shape.leaves(below: header.node)), lease, reason, now, &effects)
    }

    private mutating func handBack(
        _ shards: [Int], _ lease: ShardLease, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let round, let member = members[lease.peer] else { return }
        drop(lease)
        for shard in shards { unable[shard, default: []].insert(lease.peer) }
        members[lease.peer]!.handedBack += 1
        if fileReports.count < 1000, fileReports.insert("\(member.name) \(reason)").inserted {
            effects.append(
                .report(.handedBack(name: member.name, shards: shards, step: round.step, reason: reason)))
        }
        if member.handedBack + 1 >= CoordinatorMachine.mostHandedBack {
            let count = member.handedBack + 1
            refuse(
                lease.peer,
                "its files are not those of the run: \(count) shards in a row handed back, the last because of"
                    + " \(reason); give it the same files", now, &effects)
        } else {
            leaseMissing(now, isKnown: true, &effects)
        }
    }

    /// Nobody who is ready can compute a shard: all are asked again after a while, and whoever joins at once.
    mutating func waitForFiles(_ shard: Int, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard nextAttempt == nil else { return }
        nextAttempt = now + settings.waitingNotice
        effects.append(.report(.nobodyCanRead(shard: shard, seconds: settings.waitingNotice.inSeconds)))
    }

    mutating func askAgain(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let nextAttempt, now >= nextAttempt else { return }
        self.nextAttempt = nil
        unable.removeAll(keepingCapacity: true)
        leaseMissing(now, isKnown: true, &effects)
    }
}
