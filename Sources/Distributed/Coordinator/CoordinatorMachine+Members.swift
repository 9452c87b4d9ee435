import Adversarial
import Messaging

/// Members: who is taken, and who is given up.
extension CoordinatorMachine {
    /// Workers beyond so many are refused: what a stranger can make the coordinator remember has an end.
    private static let largestRoster = 4096
    /// Kinds of workers that differ which are warned of; whoever may connect decides how many there are.
    private static let mostMixedKinds = 16
    /// Those beyond so many are not told of the end.
    private static let mostWatchers = 64

    mutating func receive(
        _ message: WorkerMessage, _ incarnation: UInt64, _ peer: PeerIdentity, _ payloadBytes: Int?,
        _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard !isCutOff(peer) else { return }
        if case .hello(let hello) = message { return greet(hello, peer, now, &effects) }
        if case .statusRequest = message {
            watchers.removeAll { $0 == peer }
            watchers.append(peer)
            if watchers.count > Self.mostWatchers { watchers.removeFirst() }
            effects.append(.send(.status(status(at: now)), to: peer))
            return
        }
        guard members[peer] != nil else {
            switch message {
            case .heartbeat, .ready: effects.append(.send(.rejoin(run: settings.run), to: peer))
            default: dropped.stale += 1
            }
            return
        }
        members[peer]!.lastHeard = now
        members[peer]!.unreachableSince = nil
        guard incarnation == settings.incarnation else {
            dropped.stale += 1
            return
        }
        if payloadBytes != nil {
            guard case .contribution = message else {
                reject(peer, now, &effects)
                return
            }
        }
        switch message {
        case .hello, .statusRequest: break
        case .ready(let fingerprint): admit(peer, fingerprint, now, &effects)
        case .heartbeat(let heartbeat): hear(heartbeat, peer, now, &effects)
        case .contribution(let header): contribute(header, peer, payloadBytes, now, &effects)
        case .request(let request): answer(request, peer, now, &effects)
        case .fileListRequest(let request): answer(request, peer, now, &effects)
        case .notFinite(let report): hear(report, peer, now, &effects)
        case .failure(let failure) where failure.fault != nil: hear(failure, peer, now, &effects)
        case .failure(let failure):
            remove(peer, "shard \(failure.shard) of round \(failure.round): \(failure.reason)", now, &effects)
        case .leave(let reason): remove(peer, reason.isEmpty ? "it left" : "it left: \(reason)", now, &effects)
        }
    }

    mutating func greet(
        _ hello: Hello, _ peer: PeerIdentity, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        if let member = members[peer] {
            if member.isReady {
                remove(peer, "it starts anew", now, &effects)
            } else {
                // It repeats its hello until it is answered.
                members[peer] = nil
                roster.removeAll { $0 == peer }
            }
        }
        if let reason = reasonToRefuse(hello) {
            guard reject(peer, now, &effects) else { return }
            effects.append(.report(.refused(name: hello.name, reason: reason)))
            effects.append(.send(.refusal(reason: reason), to: peer))
            return
        }
        warnOfDifference(hello, &effects)
        members[peer] = Member(
            name: String(hello.name.prefix(128)), threads: min(max(1, hello.threads), 1024), lastHeard: now)
        if !hello.run.isEmpty, hello.run != settings.run { members[peer]!.formerRun = String(hello.run.prefix(128)) }
        roster.append(peer)
        let welcome = Welcome(
            run: settings.run, configuration: settings.configuration, publisher: settings.publisher,
            shards: settings.shards, heartbeatInterval: settings.heartbeatInterval, chunkLength: settings.chunkLength,
            fileList: settings.fileList)
        effects.append(.send(.welcome(welcome), to: peer))
    }

    func reasonToRefuse(_ hello: Hello) -> String? {
        if roster.count >= CoordinatorMachine.largestRoster {
            return "\(roster.count) workers have said hello already; that is the most that one coordinator takes"
        }
        guard !settings.allowsMixedArithmetic, let difference = difference(of: hello) else { return nil }
        return "\(difference); --allow-mixed takes it and gives up that runs repeat bit for bit"
    }

    /// Why a worker may compute other bits than the coordinator's machine; nil where nothing says so.
    private func difference(of hello: Hello) -> String? {
        if hello.build != settings.build {
            return
                "it is Ganglion \(hello.build.prefix(128)), and the coordinator is \(settings.build): install the same build"
        }
        if hello.numericFingerprint != settings.numericFingerprint {
            return
                "its arithmetic gives other bits than the coordinator's (\(hello.numericFingerprint.prefix(128)) and "
                + "\(settings.numericFingerprint)): another CPU family, oneDNN or image library"
        }
        return nil
    }

    /// Once for each kind of worker that is taken although it may compute other bits: one that joins again, or the tenth of a
    /// kind, says nothing new.
    private mutating func warnOfDifference(_ hello: Hello, _ effects: inout [CoordinatorEffect]) {
        guard let difference = difference(of: hello), mixedKinds.count < Self.mostMixedKinds,
            mixedKinds.insert("\(hello.build)\0\(hello.numericFingerprint)").inserted
        else { return }
        effects.append(.report(.mixed(name: String(hello.name.prefix(128)), difference: difference)))
    }

    mutating func admit(
        _ peer: PeerIdentity, _ fingerprint: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer], !member.isReady else { return }
        guard fingerprint == settings.dataFingerprint else {
            return refuse(
                peer,
                "it reads other data (\(fingerprint)) than the coordinator (\(settings.dataFingerprint)); "
                    + "give both the same files", now, &effects)
        }
        members[peer]!.isReady = true
        order.append(peer)
        effects.append(.membership(order.count))
        if let run = member.formerRun { effects.append(.report(.changedRun(name: member.name, from: run))) }
        effects.append(.report(.joined(name: member.name, workers: order.count)))
        if isRoundStarted { leaseMissing(now, &effects) } else { startRound(now, &effects) }
    }

    /// Sends a member away for good.
    mutating func refuse(
        _ peer: PeerIdentity, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members[peer] else { return }
        effects.append(.report(.refused(name: member.name, reason: reason)))
        effects.append(.send(.refusal(reason: reason), to: peer))
        guard member.isReady else {
            members[peer] = nil
            roster.removeAll { $0 == peer }
            return
        }
        remove(peer, "it is refused", now, &effects)
    }

    mutating func remove(
        _ peer: PeerIdentity, _ reason: String, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        guard let member = members.removeValue(forKey: peer) else { return }
        roster.removeAll { $0 == peer }
        for lease in leases.values where lease.peer == peer { leases[lease.id] = nil }
        guard let place = order.firstIndex(of: peer) else {
            effects.append(.report(.left(name: member.name, reason: reason, workers: order.count)))
            return
        }
        order.remove(at: place)
        effects.append(.membership(order.count))
        effects.append(.report(.left(name: member.name, reason: reason, workers: order.count)))
        leaseMissing(now, &effects)
    }
}
