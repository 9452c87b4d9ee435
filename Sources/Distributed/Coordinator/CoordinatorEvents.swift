import Adversarial
import Messaging

/// What happens to a coordinator. Time comes with each event.
package enum CoordinatorEvent: Hashable, Sendable {
    /// The next round of the run, in answer to `complete` and at the start; nil where the run is finished.
    case begin(Round?)
    /// A worker's message; `payloadBytes` is the size of its payload frame, nil without one.
    case message(WorkerMessage, incarnation: UInt64, from: PeerIdentity, payloadBytes: Int?)
    /// A contribution whose payload is NaN or infinite somewhere.
    case notFinite(ContributionHeader, incarnation: UInt64, from: PeerIdentity)
    /// A contribution that was computed from other files than the run's.
    case otherFiles(ContributionHeader, incarnation: UInt64, from: PeerIdentity, reason: String)
    /// Of a shard's kept answers `accepted` is right, 0 for the coordinator's own, and those in `wrong` are not.
    case compared(round: UInt64, shard: Int, accepted: UInt64, wrong: [UInt64])
    /// A peer speaks another version of the protocol.
    case foreignVersion(UInt8, from: PeerIdentity)
    /// A peer sent what is no message, or a damaged one.
    case malformed(from: PeerIdentity)
    /// A payload does not match its checksum: it was damaged on its way.
    case damaged(from: PeerIdentity)
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
    /// Send one chunk of the list of files to one worker.
    case sendFileList(chunk: Int, to: PeerIdentity)
    /// Prepare the reduction tree for a round's vectors.
    case prepareReduction(length: Int)
    /// Take the payload of the message at hand into the reduction tree.
    case reduce(ReductionNode, chunk: Int, climb: Int)
    /// Keep the payload of the message at hand as a chunk of a lease's answer, until the reduction is prepared anew.
    case keep(lease: UInt64, chunk: Int)
    /// Compare two kept answers to the same shard bit for bit; where they differ, compute the shard. Answer with `compared`.
    case compare(Round, shard: Int, first: UInt64, second: UInt64)
    /// Take a chunk of a kept answer into the reduction tree.
    case reduceKept(lease: UInt64, ReductionNode, chunk: Int, climb: Int)
    /// Let this peer in no more: its messages are dropped already.
    case cutOff(PeerIdentity)
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
    /// The run cannot go on. The state is as it was before the round in flight.
    case failed(DistributedError)
}

/// What the coordinator tells the person who watches.
package enum CoordinatorReport: Hashable, Sendable, CustomStringConvertible {
    case joined(name: String, workers: Int)
    /// A worker of another run takes part in this one now.
    case changedRun(name: String, from: String)
    case left(name: String, reason: String, workers: Int)
    case refused(name: String, reason: String)
    /// A worker was taken that may compute other bits.
    case mixed(name: String, difference: String)
    /// Shards of a round in flight went to other workers.
    case reassigned(shards: [Int], round: UInt64)
    /// A worker's shards went to others too, because it takes too long.
    case overdue(name: String, shards: [Int], seconds: Double)
    /// A shard's numbers are wrong: it is computed once more.
    case notFinite(name: String, step: UInt64, shard: Int, NonfiniteValue)
    /// A worker's numbers were wrong, for another's were right.
    case wrongNumbers(name: String, shard: Int)
    case cutOff(name: String, reason: String)
    /// A worker cannot compute shards because of a file; others are asked.
    case handedBack(name: String, shards: [Int], step: UInt64, reason: String)
    /// No worker that is ready can compute a shard, because of files.
    case nobodyCanRead(shard: Int, seconds: Double)
    /// With a single worker nothing can be compared.
    case nothingToCompare
    /// A worker's answer was lost on its way.
    case answerLost(name: String)
    case waiting(workers: Int, needed: Int, seconds: Double)
    case resumed(workers: Int)
    case stopping

    package var description: String {
        switch self {
        case .joined(let name, let workers): return "worker \(name) joined (\(workers) ready)"
        case .changedRun(let name, let run): return "worker \(name) comes from run \(run)"
        case .left(let name, let reason, let workers): return "worker \(name) is gone: \(reason) (\(workers) ready)"
        case .refused(let name, let reason): return "refused worker \(name): \(reason)"
        case .mixed(let name, let difference):
            return
                "warning: worker \(name) is taken by --allow-mixed: \(difference); the run cannot be repeated bit for bit"
        case .reassigned(let shards, let round):
            let list = shards.map { String($0) }.joined(separator: ", ")
            return "round \(round): shard\(shards.count == 1 ? "" : "s") \(list) given out again"
        case .overdue(let name, let shards, let seconds):
            return
                "worker \(name) has not answered for \(Int(seconds)) s: \(shards.count) of its shards are given to others"
        case .notFinite(let name, let step, let shard, let value):
            return
                "step \(step + 1): shard \(shard), computed by worker \(name): \(value.description) is NaN or infinite; it is"
                + " computed once more"
        case .wrongNumbers(let name, let shard):
            return "warning: worker \(name) computed shard \(shard) wrongly: another worker's numbers are right"
        case .cutOff(let name, let reason): return "warning: worker \(name) is cut off: \(reason)"
        case .handedBack(let name, let shards, let step, let reason):
            let list = shards.map { String($0) }.joined(separator: ", ")
            return "step \(step + 1): worker \(name) hands shard\(shards.count == 1 ? "" : "s") \(list) back: \(reason)"
        case .nobodyCanRead(let shard, let seconds):
            return "no worker that is ready has the files of shard \(shard): waiting for one; all are asked again in"
                + " \(Int(seconds)) s"
        case .nothingToCompare: return "warning: only one worker is ready, so no shard is computed twice to be compared"
        case .answerLost(let name): return "an answer of worker \(name) was lost on its way; it is computed again"
        case .waiting(let workers, let needed, let seconds):
            let count = workers == 0 ? "no worker" : "only \(workers) of \(needed) workers"
            return seconds < 1 ? "\(count) ready: waiting" : "\(count) ready: waiting for \(Int(seconds)) s"
        case .resumed(let workers): return "going on with \(workers) worker\(workers == 1 ? "" : "s")"
        case .stopping: return "stopping after the round in flight"
        }
    }
}
