import Adversarial
import Messaging

/// What was lost on the way to workers and from them: their heartbeats and requests tell.
extension CoordinatorMachine {
    mutating func hear(
        _ heartbeat: WorkerHeartbeat, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if heartbeat.ready, !members[peer]!.isReady {
            // Its `ready` was lost.
            effects.append(.send(.rejoin(run: settings.run), to: peer))
            return
        }
        if let lease = members[peer]!.stalledLease, heartbeat.finishedLease >= lease {
            members[peer]!.stalledLease = nil
        }
        var isAnswerLost = false
        for lease in leases.values.sorted(by: { $0.id < $1.id }) where lease.peer == peer {
            if heartbeat.finishedLease >= lease.id {
                drop(lease)
                isAnswerLost = isAnswerLost || lease.isOpen && !lease.shards.allSatisfy(isCovered)
            } else if heartbeat.receivedLease < lease.id, now > lease.sentAt + 2 * settings.heartbeatInterval,
                let round
            {
                leases[lease.id]!.sentAt = now
                let assignment = Assignment(lease: lease.id, round: round, shards: lease.shards)
                effects.append(.send(.assignment(assignment), to: peer))
            }
        }
        guard isAnswerLost else { return }
        effects.append(.report(.answerLost(name: members[peer]!.name)))
        leaseMissing(now, &effects)
    }

    mutating func answer(
        _ request: ParametersRequest, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        // Between two rounds what was published last is no longer what the owner of the state has.
        guard isRoundStarted, publishedVersions[request.network] == request.version else {
            dropped.stale += 1
            return
        }
        let count = chunkLayout(settings.parameterLengths[request.network]!).count
        guard request.firstChunk < count else {
            reject(peer, now, &effects)
            return
        }
        let end = min(count, request.firstChunk + min(request.chunks, ParameterAssembly.credit))
        for chunk in request.firstChunk..<max(request.firstChunk, end) {
            effects.append(.sendParameters(request.network, version: request.version, chunk: chunk, to: peer))
        }
    }
}
