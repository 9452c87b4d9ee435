import Messaging

/// Which members are alive: when each was last heard, and when the next heartbeat is due.
package struct Liveness: Sendable {
    private struct Signs: Hashable, Sendable {
        var lastHeard: Nanoseconds
        var unreachableSince: Nanoseconds?
    }

    private let heartbeatInterval: Nanoseconds
    private let workerTimeout: Nanoseconds
    private let disconnectionGrace: Nanoseconds
    private var clock: SteadyClock
    private var lastTick: Nanoseconds
    private var lastHeartbeat: Nanoseconds
    private var signs: [PeerIdentity: Signs] = [:]

    package init(settings: CoordinatorSettings, now: Nanoseconds) {
        heartbeatInterval = settings.cluster.heartbeatInterval
        workerTimeout = settings.cluster.workerTimeout
        disconnectionGrace = settings.disconnectionGrace
        clock = SteadyClock(now: now)
        lastTick = now
        lastHeartbeat = now
    }

    // MARK: Time

    /// The time of the machine, which never runs backwards, from that of the process.
    package mutating func read(_ time: Nanoseconds) -> Nanoseconds { clock.read(time) }

    /// When the next tick is due, in the time of the process; `deadline` may be sooner.
    package func nextTick(deadline: Nanoseconds?) -> Nanoseconds {
        let regular = lastTick + min(heartbeatInterval / 4, workerTimeout / 8, .seconds(0.25))
        return clock.outer(max(lastTick + 1_000_000, min(regular, deadline ?? regular)))
    }

    /// Notes a tick. If this very process was suspended (stopped, or busy with a checkpoint), the silence since the last tick
    /// was its own: no member is blamed for it.
    ///
    /// - Returns: how long it was suspended; 0 otherwise.
    package mutating func tick(_ now: Nanoseconds) -> Nanoseconds {
        let gap = now - min(now, lastTick)
        lastTick = now
        guard gap > workerTimeout / 2 else { return 0 }
        for peer in signs.keys {
            signs[peer]!.lastHeard += gap
            signs[peer]!.unreachableSince = nil
        }
        return gap
    }

    /// Whether members are to be sent a heartbeat now; notes it if so.
    package mutating func takeHeartbeat(_ now: Nanoseconds) -> Bool {
        guard now >= lastHeartbeat + heartbeatInterval else { return false }
        lastHeartbeat = now
        return true
    }

    // MARK: Members

    /// A message from a member arrived.
    package mutating func heard(_ peer: PeerIdentity, at now: Nanoseconds) { signs[peer] = Signs(lastHeard: now) }

    /// A message to a member could not be sent.
    package mutating func unreachable(_ peer: PeerIdentity, at now: Nanoseconds) {
        if let sign = signs[peer], sign.unreachableSince == nil { signs[peer]!.unreachableSince = now }
    }

    package mutating func forget(_ peer: PeerIdentity) { signs[peer] = nil }

    package func silence(of peer: PeerIdentity, at now: Nanoseconds) -> Nanoseconds {
        signs[peer].map { now - min(now, $0.lastHeard) } ?? 0
    }

    /// Why a member is lost; nil if it is not.
    package func lossReason(_ peer: PeerIdentity, at now: Nanoseconds) -> String? {
        guard let sign = signs[peer] else { return nil }
        if now > sign.lastHeard + workerTimeout {
            return "nothing heard of it for \(Int((now - sign.lastHeard).inSeconds.rounded())) s"
        }
        if let since = sign.unreachableSince, now > since + disconnectionGrace { return "its connection is closed" }
        return nil
    }
}
