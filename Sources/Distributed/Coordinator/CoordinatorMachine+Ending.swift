import Messaging

/// Time: heartbeats, silence, pauses for want of workers; and the end.
extension CoordinatorMachine {
    mutating func tick(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        // After a long pause of this very process (stopped, or busy with a checkpoint) the silence was its own.
        let gap = now - min(now, lastTick)
        lastTick = now
        if gap > settings.workerTimeout / 2 {
            for peer in roster {
                members[peer]!.lastHeard += gap
                members[peer]!.unreachableSince = nil
                members[peer]!.pace.shift(by: gap)
            }
            for id in leases.keys { leases[id]!.lastProgress += gap }
        }
        if now >= lastHeartbeat + settings.heartbeatInterval {
            lastHeartbeat = now
            for peer in roster { effects.append(.send(.heartbeat, to: peer)) }
        }
        for peer in roster {
            guard let member = members[peer] else { continue }
            if now > member.lastHeard + settings.workerTimeout {
                let seconds = Int((now - member.lastHeard).inSeconds.rounded())
                remove(peer, "nothing heard of it for \(seconds) s", now, &effects)
            } else if let since = member.unreachableSince, now > since + settings.disconnectionGrace {
                remove(peer, "its connection is closed", now, &effects)
            }
        }
        expireLeases(now, &effects)
        leaseSpares(now, &effects)
        askAgain(now, &effects)
        if waitingSince != nil, now >= lastNotice + settings.waitingNotice { notice(now, &effects) }
    }

    mutating func wait(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard !isStopping else { return finish(.stopped, now, &effects) }
        guard waitingSince == nil else { return }
        waitingSince = now
        notice(now, &effects)
    }

    mutating func notice(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        lastNotice = now
        let seconds = (now - waitingSince!).inSeconds
        effects.append(
            .report(.waiting(workers: order.count, needed: max(1, settings.minWorkers), seconds: seconds)))
    }

    mutating func endWaiting(_ effects: inout [CoordinatorEffect]) {
        guard waitingSince != nil else { return }
        waitingSince = nil
        effects.append(.report(.resumed(workers: order.count)))
    }

    mutating func stop(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        // A round that nobody computes would never end.
        guard !isStopping, isRoundStarted, !order.isEmpty else { return finish(.stopped, now, &effects) }
        isStopping = true
        effects.append(.report(.stopping))
    }

    /// Says goodbye to all, and waits a moment until they have taken leave: what is closed while a message is under way
    /// may lose it.
    mutating func finish(
        _ outcome: CoordinatorOutcome, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        closing = (outcome, now)
        for peer in roster + watchers.filter({ members[$0] == nil }) { sayGoodbye(to: peer, outcome, &effects) }
        concludeIfAlone(&effects)
    }

    private func sayGoodbye(
        to peer: PeerIdentity, _ outcome: CoordinatorOutcome, _ effects: inout [CoordinatorEffect]
    ) {
        let reason =
            switch outcome {
            case .finished: "the run is complete"
            case .stopped: "the coordinator was stopped"
            case .failed(let error): error.description
            }
        effects.append(.send(.goodbye(reason: reason, finished: outcome == .finished), to: peer))
    }

    mutating func close(
        _ event: CoordinatorEvent, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        switch event {
        case .message(.hello, _, let peer, _):
            effects.append(.send(.refusal(reason: "the run is over"), to: peer))
        case .message(.statusRequest, _, let peer, _): sayGoodbye(to: peer, closing!.outcome, &effects)
        case .message(.leave, _, let peer, _): roster.removeAll { $0 == peer }
        case .message(.heartbeat, _, let peer, _) where roster.contains(peer):
            // It has not heard the goodbye: its connection may have been broken just then.
            sayGoodbye(to: peer, closing!.outcome, &effects)
        case .stop: roster.removeAll()
        case .tick:
            lastTick = now
            if now > closing!.since + settings.leavePatience { roster.removeAll() }
        default: return
        }
        concludeIfAlone(&effects)
    }

    mutating func concludeIfAlone(_ effects: inout [CoordinatorEffect]) {
        guard roster.isEmpty, let closing else { return }
        isFinished = true
        effects.append(.finish(closing.outcome))
    }
}
