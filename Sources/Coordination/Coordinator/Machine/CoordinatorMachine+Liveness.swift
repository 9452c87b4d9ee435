import Messaging

/// Time: heartbeats, lost members, late leases, and reports while too few workers are ready.
extension CoordinatorMachine {
    mutating func tick(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        let suspended = liveness.tick(now)
        if suspended > 0 {
            for peer in members.all { members.update(peer) { $0.throughput.shift(by: suspended) } }
            leases.shift(by: suspended)
        }
        if liveness.takeHeartbeat(now) {
            for peer in members.all { effects.append(.send(.heartbeat, to: peer)) }
        }
        for peer in members.all {
            if let reason = liveness.lossReason(peer, at: now) { remove(peer, reason, now, &effects) }
        }
        expireLeases(now, &effects)
        leaseBackups(now, &effects)
        retryFiles(now, &effects)
        if let pause = phase.pause, now >= pause.lastReport + settings.waitingNotice { reportPause(now, &effects) }
    }

    /// No ready worker is left for the round in flight: waits for one, or ends if this was the last round.
    mutating func stall(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard case .roundInFlight(let round, let isStopping) = phase else { return }
        guard !isStopping else { return finish(.stopped, now, &effects) }
        phase = .roundStalled(round, .init(since: now, lastReport: now))
        reportPause(now, &effects)
    }

    /// A ready worker is there again for the round in flight.
    mutating func resume(_ effects: inout [CoordinatorEffect]) {
        guard case .roundStalled(let round, _) = phase else { return }
        phase = .roundInFlight(round, isStopping: false)
        effects.append(.report(.resumed(workers: members.ready.count)))
    }

    mutating func reportPause(_ now: Nanoseconds, _ effects: inout [CoordinatorEffect]) {
        guard let pause = phase.pause else { return }
        phase.markPauseReported(at: now)
        effects.append(
            .report(
                .waiting(
                    workers: members.ready.count, needed: max(1, settings.cluster.minWorkers),
                    seconds: (now - pause.since).inSeconds)))
    }
}
