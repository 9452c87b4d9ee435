import Adversarial
import FileFormats

/// What happens to a worker. Time comes with each event.
package enum WorkerEvent: Hashable, Sendable {
    /// A coordinator's message, from either socket; `payloadBytes` is the size of its payload frame, nil without one.
    case message(CoordinatorMessage, incarnation: UInt64, payloadBytes: Int?)
    /// The coordinator speaks another version of the protocol.
    case foreignVersion(UInt8)
    /// What came is no message, or a damaged one.
    case malformed
    /// Networks and data of the welcome's configuration are ready.
    case prepared(dataFingerprint: String, parameterLengths: [Network: Int])
    case preparationFailed(String)
    /// A shard's contribution to a round is at hand. (Another coordinator process gives out the same lease numbers: the round
    /// tells its leases from those of the one before. Another run has the same rounds too: what was begun for the run before,
    /// with its networks and data, never becomes an event.)
    case computed(lease: UInt64, Round, shard: Int)
    /// A shard's contribution is at hand, and is NaN or infinite.
    case notFinite(lease: UInt64, Round, shard: Int, NonfiniteValue)
    /// A shard cannot be computed; where a file is to blame, it is handed back.
    case computationFailed(lease: UInt64, Round, shard: Int, reason: String, FileFault?)
    /// The last chunk of a node's sum has been handed to the socket.
    case contributed(lease: UInt64, node: ReductionNode)
    /// Somebody wants the worker to end.
    case stop
    /// Time passes.
    case tick
}

/// What a worker's driver has to do, in this order.
package enum WorkerEffect: Hashable, Sendable {
    case send(WorkerMessage, incarnation: UInt64)
    /// Receive the parameters published at this endpoint, as the coordinator sees it.
    case subscribe(String)
    /// Make room for a list of files of so many bytes.
    case beginFileList(byteCount: Int)
    /// Keep the payload of the message at hand as this chunk of the list of files.
    case storeFileList(chunk: Int)
    /// Build networks and data from a configuration, off the socket thread; answer with `prepared`.
    case prepare(Welcome)
    /// Keep the payload of the message at hand as this chunk of a network's parameters.
    case store(Network, version: UInt64, chunk: Int)
    /// All chunks of this version are here: older ones are not needed any more.
    case adopt(Network, version: UInt64)
    /// Have the data of a shard at hand soon.
    case prefetch(Round, shard: Int)
    /// Compute a shard's contribution with the round's parameters; answer with `computed`.
    case compute(lease: UInt64, Round, shard: Int)
    /// Add the current contribution to the sums of its lease, and carry the sum this many levels up.
    case accumulate(lease: UInt64, shard: Int, levels: Int)
    /// Send a node's sum in chunks; answer with `contributed`.
    case contribute(lease: UInt64, Round, ReductionNode, incarnation: UInt64)
    /// Forget everything about a lease: what is queued, kept or half sent.
    case abandon(lease: UInt64)
    case report(WorkerReport)
    case end(WorkerOutcome)
}

/// How a worker's work ended.
package enum WorkerOutcome: Hashable, Sendable {
    /// The run is complete.
    case finished
    /// The coordinator was stopped.
    case coordinatorStopped(String)
    /// This worker was asked to stop.
    case stopped
    case refused(String)
    case coordinatorLost(seconds: Double)
    case failed(String)
}

/// What a worker tells the person who watches.
package enum WorkerReport: Hashable, Sendable, CustomStringConvertible {
    case joined(run: String)
    case rejoining
    case askedForParameters(Network, version: UInt64)
    case notFinite(step: UInt64, shard: Int, NonfiniteValue)
    case handedBack(step: UInt64, shard: Int, reason: String)

    package var description: String {
        switch self {
        case .joined(let run): "joined run \(run)"
        case .rejoining: "the coordinator does not know this worker any more: joining again"
        case .askedForParameters(let network, let version): "asked for the \(network)'s parameters, version \(version)"
        case .notFinite(let step, let shard, let value):
            "step \(step + 1): shard \(shard): \(value.description) is NaN or infinite"
        case .handedBack(let step, let shard, let reason): "step \(step + 1): shard \(shard) handed back: \(reason)"
        }
    }
}
