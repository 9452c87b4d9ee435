import Adversarial
import Messaging

/// What happens to a coordinator. Time comes with each event.
package enum CoordinatorEvent: Hashable, Sendable {
    /// The next round of the run, in answer to `complete` and at the start; nil where the run is finished.
    case begin(Round?)
    /// A worker's message; `payloadBytes` is the size of its payload frame, nil without one.
    case message(WorkerMessage, incarnation: UInt64, from: PeerIdentity, payloadBytes: Int?)
    /// A peer speaks another version of the protocol.
    case foreignVersion(UInt8, from: PeerIdentity)
    /// A peer sent what is no message, or a damaged one.
    case malformed(from: PeerIdentity)
    /// A message could not be sent: the peer is not connected at present.
    case unreachable(PeerIdentity)
    /// Somebody wants the coordinator to end: after the round in flight; at once when asked again.
    case stop
    /// Time passes.
    case tick
}

/// What a coordinator's driver has to do, in this order.
package enum CoordinatorEffect: Hashable, Sendable {
    case send(CoordinatorMessage, to: PeerIdentity)
    /// Publish a network's current parameters to all.
    case publish(Network, version: UInt64)
    /// Send one chunk of a network's current parameters to one worker.
    case sendParameters(Network, version: UInt64, chunk: Int, to: PeerIdentity)
    /// Prepare the reduction tree for a round's vectors.
    case prepareReduction(length: Int)
    /// Take the payload of the message at hand into the reduction tree.
    case reduce(ReductionNode, chunk: Int, climb: Int)
    /// The sum over all shards is complete: apply it, then answer with `begin`.
    case complete(Round)
    /// So many workers are ready.
    case membership(Int)
    case report(CoordinatorReport)
    /// Everybody has been told goodbye, and all that answer have taken leave: close.
    case finish(CoordinatorOutcome)
}

/// How a coordinator's work ended.
package enum CoordinatorOutcome: Hashable, Sendable {
    /// All rounds are done.
    case finished
    /// It was asked to stop before.
    case stopped
}

/// What the coordinator tells the person who watches.
package enum CoordinatorReport: Hashable, Sendable, CustomStringConvertible {
    case joined(name: String, workers: Int)
    case left(name: String, reason: String, workers: Int)
    case refused(name: String, reason: String)
    /// Shards of a round in flight went to other workers.
    case reassigned(shards: [Int], round: UInt64)
    /// A worker's answer was lost on its way.
    case answerLost(name: String)
    case waiting(workers: Int, needed: Int, seconds: Double)
    case resumed(workers: Int)
    case stopping

    package var description: String {
        switch self {
        case .joined(let name, let workers): return "worker \(name) joined (\(workers) ready)"
        case .left(let name, let reason, let workers): return "worker \(name) is gone: \(reason) (\(workers) ready)"
        case .refused(let name, let reason): return "refused worker \(name): \(reason)"
        case .reassigned(let shards, let round):
            let list = shards.map { String($0) }.joined(separator: ", ")
            return "round \(round): shard\(shards.count == 1 ? "" : "s") \(list) given to another worker"
        case .answerLost(let name): return "an answer of worker \(name) was lost on its way; it is computed again"
        case .waiting(let workers, let needed, let seconds):
            let count = workers == 0 ? "no worker" : "only \(workers) of \(needed) workers"
            return seconds < 1 ? "\(count) ready: waiting" : "\(count) ready: waiting for \(Int(seconds)) s"
        case .resumed(let workers): return "going on with \(workers) worker\(workers == 1 ? "" : "s")"
        case .stopping: return "stopping after the round in flight"
        }
    }
}
