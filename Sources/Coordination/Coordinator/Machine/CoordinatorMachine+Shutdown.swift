import Messaging

/// The end: after the round in flight, at once, or by an error.
extension CoordinatorMachine {
    mutating func stop(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        // A round that no worker computes would never end.
        guard case .roundInFlight(let round, isStopping: false) = phase, !members.ready.isEmpty else {
            return finish(.stopped, now, &effects)
        }
        phase = .roundInFlight(round, isStopping: true)
        effects.append(.report(.stopping))
    }

    /// Says goodbye to all peers, and gives members a moment to leave: closing a socket may lose messages under way.
    mutating func finish(
        _ outcome: CoordinatorOutcome, _ now: Nanoseconds, _ effects: inout [CoordinatorEffect]
    ) {
        phase = .closing(outcome, since: now)
        for peer in members.all + watchers.filter({ members[$0] == nil }) { sayGoodbye(to: peer, outcome, &effects) }
        closeIfEmpty(outcome, &effects)
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

    /// Handles an event while members leave.
    mutating func close(
        _ event: CoordinatorEvent, _ outcome: CoordinatorOutcome, _ since: Nanoseconds, _ now: Nanoseconds,
        _ effects: inout [CoordinatorEffect]
    ) {
        switch event {
        case .message(.hello, _, let peer, _):
            effects.append(.send(.refusal(reason: "the run is over"), to: peer))
        case .message(.statusRequest, _, let peer, _): sayGoodbye(to: peer, outcome, &effects)
        case .message(.leave, _, let peer, _): members.remove(peer)
        case .message(.heartbeat, _, let peer, _) where members[peer] != nil:
            // It has not heard the goodbye: its connection may have been broken just then.
            sayGoodbye(to: peer, outcome, &effects)
        case .stop: members.removeAll()
        case .tick:
            _ = liveness.tick(now)
            if now > since + settings.leavePatience { members.removeAll() }
        default: return
        }
        closeIfEmpty(outcome, &effects)
    }

    private mutating func closeIfEmpty(_ outcome: CoordinatorOutcome, _ effects: inout [CoordinatorEffect]) {
        guard members.isEmpty else { return }
        phase = .closed
        effects.append(.finish(outcome))
    }
}
