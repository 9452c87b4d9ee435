import Adversarial
import FileFormats

/// What a worker says. The grammar is in `Protocol.swift`.
package enum WorkerMessage: Hashable, Sendable {
    case hello(Hello)
    case ready(dataFingerprint: String)
    case heartbeat(WorkerHeartbeat)
    case contribution(ContributionHeader)
    case request(ParametersRequest)
    case fileListRequest(FileListRequest)
    case failure(ShardFailure)
    case notFinite(NotFinite)
    case leave(reason: String)
    /// Of whoever watches, worker or not.
    case statusRequest
}

/// What the coordinator says. The grammar is in `Protocol.swift`.
package enum CoordinatorMessage: Hashable, Sendable {
    case welcome(Welcome)
    case refusal(reason: String)
    case rejoin(run: String)
    case assignment(Assignment)
    case parameters(ParametersHeader)
    case fileList(FileListChunk)
    case heartbeat
    case goodbye(reason: String, finished: Bool)
    case status(ClusterStatus)
}

extension CoordinatorMessage {
    /// The checksum of the payload, where the header has one.
    var payloadChecksum: UInt64? {
        switch self {
        case .parameters(let header): header.checksum
        case .fileList(let header): header.checksum
        default: nil
        }
    }
}

/// A worker introduces itself.
package struct Hello: Hashable, Sendable {
    /// The version of the program.
    package var build: String
    /// A hash over what the machine's arithmetic gives.
    package var numericFingerprint: String
    /// Host and process, for people.
    package var name: String
    /// Shards that it computes at once.
    package var threads: Int
    /// The run that it belonged to before, for people; empty at first.
    package var run: String

    package init(build: String, numericFingerprint: String, name: String, threads: Int, run: String) {
        self.build = build
        self.numericFingerprint = numericFingerprint
        self.name = name
        self.threads = threads
        self.run = run
    }
}

/// A sign of life, and how far the worker is: by it the coordinator finds messages that a broken connection swallowed.
package struct WorkerHeartbeat: Hashable, Sendable {
    package var ready: Bool
    /// The newest lease that has arrived.
    package var receivedLease: UInt64
    /// Every lease up to this one has been answered or given up.
    package var finishedLease: UInt64

    package init(ready: Bool, receivedLease: UInt64, finishedLease: UInt64) {
        self.ready = ready
        self.receivedLease = receivedLease
        self.finishedLease = finishedLease
    }
}

/// A chunk of the sum over the shards of one node of the reduction tree.
package struct ContributionHeader: Hashable, Sendable {
    package var lease: UInt64
    package var round: UInt64
    package var node: ReductionNode
    package var chunk: Int
    /// Floats of the whole vector.
    package var length: Int
    package var checksum: UInt64?
    /// The files that the shards below the node were read from; empty for data without a list of files. Every chunk has
    /// them, so that none is taken in of a shard that was computed from other files.
    package var readings: [FileReading]

    package init(
        lease: UInt64, round: UInt64, node: ReductionNode, chunk: Int, length: Int, checksum: UInt64? = nil,
        readings: [FileReading] = []
    ) {
        self.readings = readings
        self.lease = lease
        self.round = round
        self.node = node
        self.chunk = chunk
        self.length = length
        self.checksum = checksum
    }
}

/// A worker lacks parameters: please send these chunks.
package struct ParametersRequest: Hashable, Sendable {
    package var network: Network
    package var version: UInt64
    package var firstChunk: Int
    /// How many chunks may be sent.
    package var chunks: Int

    package init(network: Network, version: UInt64, firstChunk: Int, chunks: Int) {
        self.network = network
        self.version = version
        self.firstChunk = firstChunk
        self.chunks = chunks
    }
}

/// A shard could not be computed.
package struct ShardFailure: Hashable, Sendable {
    package var lease: UInt64
    package var round: UInt64
    package var shard: Int
    package var reason: String
    /// The file that is to blame: the worker has given up the lease and goes on. Without one, the worker ends.
    package var fault: FileFault?

    package init(lease: UInt64, round: UInt64, shard: Int, reason: String, fault: FileFault? = nil) {
        self.lease = lease
        self.round = round
        self.shard = shard
        self.reason = reason
        self.fault = fault
    }
}

/// A shard's contribution is NaN or infinite. The worker has given up the lease.
package struct NotFinite: Hashable, Sendable {
    package var lease: UInt64
    package var round: UInt64
    package var step: UInt64
    package var shard: Int
    package var value: NonfiniteValue

    package init(lease: UInt64, round: UInt64, step: UInt64, shard: Int, value: NonfiniteValue) {
        self.lease = lease
        self.round = round
        self.step = step
        self.shard = shard
        self.value = value
    }
}

/// What a worker needs to take part.
package struct Welcome: Hashable, Sendable {
    package var run: String
    package var configuration: String
    /// Endpoint of the parameters, as the coordinator sees it.
    package var publisher: String
    package var shards: Int
    package var heartbeatInterval: Nanoseconds
    /// Floats of a chunk.
    package var chunkLength: Int
    /// The list of files that the samples come from; nil for data without one.
    package var fileList: FileListHeader?

    package init(
        run: String, configuration: String, publisher: String, shards: Int, heartbeatInterval: Nanoseconds,
        chunkLength: Int, fileList: FileListHeader? = nil
    ) {
        self.fileList = fileList
        self.run = run
        self.configuration = configuration
        self.publisher = publisher
        self.shards = shards
        self.heartbeatInterval = heartbeatInterval
        self.chunkLength = chunkLength
    }
}

/// Shards of a round, leased to one worker.
package struct Assignment: Hashable, Sendable {
    /// Counts all leases of a coordinator process from 1.
    package var lease: UInt64
    package var round: Round
    package var shards: [Int]

    package init(lease: UInt64, round: Round, shards: [Int]) {
        self.lease = lease
        self.round = round
        self.shards = shards
    }
}

/// A chunk of a network's parameters.
package struct ParametersHeader: Hashable, Sendable {
    package var network: Network
    package var version: UInt64
    package var chunk: Int
    /// Floats of the whole vector.
    package var length: Int
    package var checksum: UInt64?

    package init(network: Network, version: UInt64, chunk: Int, length: Int, checksum: UInt64? = nil) {
        self.network = network
        self.version = version
        self.chunk = chunk
        self.length = length
        self.checksum = checksum
    }
}
