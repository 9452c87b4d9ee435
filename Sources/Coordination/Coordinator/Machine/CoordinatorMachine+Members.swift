import Adversarial
import Messaging

/// Members: what they say, who joins, and who leaves.
extension CoordinatorMachine {
    mutating func receive(
        _ message: WorkerMessage, _ incarnation: UInt64, _ peer: PeerIdentity, _ payloadBytes: Int?,
        _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if case .hello(let hello) = message {
            if !isCutOff(peer) { greet(hello, peer, now, &effects) }
            return
        }
        if case .statusRequest = message {
            if !isCutOff(peer) { answerStatusRequest(peer, now, &effects) }
            return
        }
        if members[peer] == nil, !cutOffPeers.contains(peer) {
            switch message {
            case .heartbeat, .ready: return effects.append(.send(.rejoin(run: settings.run), to: peer))
            default: break
            }
        }
        guard hear(peer, incarnation, now) else { return }
        if payloadBytes != nil {
            guard case .contribution = message else {
                reject(peer, now, &effects)
                return
            }
        }
        switch message {
        case .hello, .statusRequest: break
        case .ready(let fingerprint): admit(peer, fingerprint, now, &effects)
        case .heartbeat(let heartbeat): receive(heartbeat, peer, now, &effects)
        case .contribution(let header): contribute(header, peer, payloadBytes, now, &effects)
        case .request(let request): answer(request, peer, now, &effects)
        case .fileListRequest(let request): answer(request, peer, now, &effects)
        case .notFinite(let report): receive(report, peer, now, &effects)
        case .failure(let failure) where failure.fault != nil: receive(failure, peer, now, &effects)
        case .failure(let failure):
            remove(peer, "shard \(failure.shard) of round \(failure.round): \(failure.reason)", now, &effects)
        case .leave(let reason): remove(peer, reason.isEmpty ? "it left" : "it left: \(reason)", now, &effects)
        }
    }

    /// Notes that a peer sent a message.
    ///
    /// - Returns: whether the message counts: its sender is a member, and means this coordinator process.
    mutating func hear(_ peer: PeerIdentity, _ incarnation: UInt64, _ now: Nanoseconds) -> Bool {
        guard !isCutOff(peer) else { return false }
        guard members[peer] != nil else {
            dropped.stale += 1
            return false
        }
        liveness.heard(peer, at: now)
        guard incarnation == settings.incarnation else {
            dropped.stale += 1
            return false
        }
        return true
    }

    // MARK: Joining

    private mutating func greet(
        _ hello: Hello, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if let member = members[peer] {
            // A worker repeats its hello until it is answered.
            if member.isReady { remove(peer, "it starts anew", now, &effects) } else { forget(peer) }
        }
        if let reason = admission.refusal(of: hello, members: members.count) {
            guard reject(peer, now, &effects) else { return }
            effects.append(.report(.refused(name: hello.name, reason: reason)))
            effects.append(.send(.refusal(reason: reason), to: peer))
            return
        }
        let name = String(hello.name.prefix(128))
        if let difference = admission.takeWarning(about: hello) {
            effects.append(.report(.mixed(name: name, difference: difference)))
        }
        members.join(
            peer, name: name, threads: min(max(1, hello.threads), 1024),
            formerRun: hello.run.isEmpty || hello.run == settings.run ? nil : String(hello.run.prefix(128)))
        liveness.heard(peer, at: now)
        let welcome = Welcome(
            run: settings.run, configuration: settings.configuration, publisher: settings.publisher,
            shards: settings.shards, heartbeatInterval: settings.cluster.heartbeatInterval,
            chunkLength: settings.chunkLength,
            fileList: settings.fileList)
        effects.append(.send(.welcome(welcome), to: peer))
    }

    private mutating func admit(
        _ peer: PeerIdentity, _ fingerprint: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer], !member.isReady else { return }
        if let reason = admission.refusal(ofData: fingerprint) { return refuse(peer, reason, now, &effects) }
        members.markReady(peer)
        effects.append(.membership(members.ready.count))
        if let run = member.formerRun { effects.append(.report(.changedRun(name: member.name, from: run))) }
        effects.append(.report(.joined(name: member.name, workers: members.ready.count)))
        if case .waitingForWorkers(let round, _) = phase {
            start(round, now, &effects)
        } else {
            leaseMissing(now, &effects)
        }
    }

    // MARK: Leaving

    /// Sends a member away for good.
    mutating func refuse(
        _ peer: PeerIdentity, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer] else { return }
        effects.append(.report(.refused(name: member.name, reason: reason)))
        effects.append(.send(.refusal(reason: reason), to: peer))
        if member.isReady {
            remove(peer, "it is refused", now, &effects)
        } else {
            forget(peer)
        }
    }

    /// Forgets a member that is not ready.
    private mutating func forget(_ peer: PeerIdentity) {
        members.remove(peer)
        liveness.forget(peer)
    }

    /// Removes a member; its shards go to others.
    mutating func remove(
        _ peer: PeerIdentity, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members.remove(peer) else { return }
        liveness.forget(peer)
        leases.removeAll(of: peer)
        if member.isReady { effects.append(.membership(members.ready.count)) }
        effects.append(.report(.left(name: member.name, reason: reason, workers: members.ready.count)))
        if member.isReady { leaseMissing(now, &effects) }
    }
}
