import Adversarial
import Messaging

/// Messages lost on the way to workers or from them: workers' heartbeats and requests tell.
extension CoordinatorMachine {
    mutating func receive(
        _ heartbeat: WorkerHeartbeat, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer] else { return }
        if heartbeat.ready, !member.isReady {
            // Its `ready` was lost.
            effects.append(.send(.rejoin(run: settings.run), to: peer))
            return
        }
        if let lease = member.overdueLease, heartbeat.finishedLease >= lease {
            members.update(peer) { $0.overdueLease = nil }
        }
        var isAnswerLost = false
        for lease in leases.inOrder where lease.peer == peer {
            if heartbeat.finishedLease >= lease.id {
                drop(lease)
                isAnswerLost = isAnswerLost || lease.isOpen && !lease.shards.allSatisfy(isCovered)
            } else if heartbeat.receivedLease < lease.id, now > lease.sentAt + 2 * settings.cluster.heartbeatInterval,
                let round = phase.roundInFlight
            {
                leases.update(lease.id) { $0.sentAt = now }
                let assignment = Assignment(lease: lease.id, round: round, shards: lease.shards)
                effects.append(.send(.assignment(assignment), to: peer))
            }
        }
        guard isAnswerLost else { return }
        effects.append(.report(.answerLost(name: member.name)))
        leaseMissing(now, &effects)
    }

    mutating func answer(
        _ request: ParametersRequest, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        // Between two rounds the state may be newer than the version published last.
        guard phase.roundInFlight != nil, publishedVersions[request.network] == request.version else {
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
