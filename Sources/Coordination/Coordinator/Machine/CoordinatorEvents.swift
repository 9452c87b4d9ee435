import Adversarial
import Messaging

/// What happens to a coordinator. Time comes with each event.
package enum CoordinatorEvent: Hashable, Sendable {
    /// The next round of the run: at the start, and after `complete`; nil if the run is finished.
    case begin(Round?)
    /// A worker's message; `payloadBytes` is the size of its payload frame, nil without one.
    case message(WorkerMessage, incarnation: UInt64, from: PeerIdentity, payloadBytes: Int?)
    /// A contribution whose payload is NaN or infinite somewhere.
    case notFinite(ContributionHeader, incarnation: UInt64, from: PeerIdentity)
    /// A contribution that was computed from other files than the run's.
    case otherFiles(ContributionHeader, incarnation: UInt64, from: PeerIdentity, reason: String)
    /// Result of `verify`: lease `accepted` is correct (0: the coordinator's own result); leases in `wrong` are not.
    case verified(round: UInt64, shard: Int, accepted: UInt64, wrong: [UInt64])
    /// A peer speaks another version of the protocol.
    case foreignVersion(UInt8, from: PeerIdentity)
    /// A peer sent something that is not a message, or a damaged one.
    case malformed(from: PeerIdentity)
    /// A payload does not match its checksum: the network damaged it.
    case damaged(from: PeerIdentity)
    /// A message could not be sent: the peer is not connected.
    case unreachable(PeerIdentity)
    /// The coordinator is asked to end: after the round in flight, or at once if it is asked again.
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
    /// Prepare the reduction tree for vectors of this length.
    case prepareReduction(length: Int)
    /// Add the payload of the current message to the reduction tree, and carry the sum this many levels up.
    case reduce(ReductionNode, chunk: Int, levels: Int)
    /// Keep the payload of the current message as a chunk of a lease's answer, until the next `prepareReduction`.
    case keep(lease: UInt64, chunk: Int)
    /// Compare two kept answers to the same shard bit for bit; if they differ, recompute the shard. Reply with `verified`.
    case verify(Round, shard: Int, first: UInt64, second: UInt64)
    /// Add a chunk of a kept answer to the reduction tree.
    case reduceKept(lease: UInt64, ReductionNode, chunk: Int, levels: Int)
    /// Do not let this peer in again: its messages are already dropped.
    case cutOff(PeerIdentity)
    /// The sum over all shards is complete: apply it, then reply with `begin`.
    case complete(Round)
    /// How many workers are ready.
    case membership(Int)
    case report(CoordinatorReport)
    /// All peers have been told goodbye, and the members have left: close.
    case finish(CoordinatorOutcome)
}

/// How a coordinator's work ended.
package enum CoordinatorOutcome: Hashable, Sendable {
    /// All rounds are done.
    case finished
    /// It was asked to stop earlier.
    case stopped
    /// The run cannot go on. The state is as it was before the round in flight.
    case failed(CoordinationError)
}
