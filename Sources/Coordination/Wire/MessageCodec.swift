import Adversarial
import FileFormats
import Messaging
import SwiftProtobuf

/// Turns messages into headers and back. Everything that a peer can get wrong is an error here, never a trap.
package enum MessageCodec {
    /// The header frame of a worker's message.
    package static func encode(_ message: WorkerMessage, incarnation: UInt64) throws -> Frame {
        try frame(message.body, incarnation)
    }

    /// The header frame of a coordinator's message.
    package static func encode(_ message: CoordinatorMessage, incarnation: UInt64) throws -> Frame {
        try frame(message.body, incarnation)
    }

    /// Reads a worker's header.
    ///
    /// - Throws: `CoordinationError.malformedMessage`.
    package static func decodeWorker(
        _ header: UnsafeRawBufferPointer
    ) throws -> (incarnation: UInt64, message: WorkerMessage) {
        let wire = try parse(header)
        return (wire.incarnation, try WorkerMessage(wire.body))
    }

    /// Reads a coordinator's header.
    ///
    /// - Throws: `CoordinationError.malformedMessage`.
    package static func decodeCoordinator(
        _ header: UnsafeRawBufferPointer
    ) throws -> (incarnation: UInt64, message: CoordinatorMessage) {
        let wire = try parse(header)
        return (wire.incarnation, try CoordinatorMessage(wire.body))
    }

    private static func frame(_ body: Ganglion_Wire_Header.OneOf_Body, _ incarnation: UInt64) throws -> Frame {
        var header = Ganglion_Wire_Header()
        header.incarnation = incarnation
        header.body = body
        return try Frame(WireProtocol.seal(try header.serializedBytes()))
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer) throws -> Ganglion_Wire_Header {
        let version = try WireProtocol.version(of: bytes)
        guard version == WireProtocol.version else {
            throw CoordinationError.malformedMessage(
                "it speaks protocol version \(version), this program \(WireProtocol.version)")
        }
        do {
            return try Ganglion_Wire_Header(serializedBytes: Array(bytes[WireProtocol.sealLength...]))
        } catch {
            throw CoordinationError.malformedMessage("its header cannot be read")
        }
    }
}

extension WorkerMessage {
    fileprivate var body: Ganglion_Wire_Header.OneOf_Body {
        switch self {
        case .hello(let hello):
            return .hello(
                .with {
                    $0.build = hello.build
                    $0.numericFingerprint = hello.numericFingerprint
                    $0.name = hello.name
                    $0.threads = UInt32(clamping: hello.threads)
                    $0.run = hello.run
                })
        case .ready(let fingerprint): return .ready(.with { $0.dataFingerprint = fingerprint })
        case .heartbeat(let heartbeat):
            return .workerHeartbeat(
                .with {
                    $0.ready = heartbeat.ready
                    $0.receivedLease = heartbeat.receivedLease
                    $0.finishedLease = heartbeat.finishedLease
                })
        case .contribution(let header):
            return .contribution(
                .with {
                    $0.lease = header.lease
                    $0.round = header.round
                    $0.level = UInt32(header.node.level)
                    $0.index = UInt32(header.node.index)
                    $0.chunk = UInt32(header.chunk)
                    $0.length = UInt64(header.length)
                    if let checksum = header.checksum { $0.checksum = checksum }
                    if !header.readings.isEmpty { $0.setReadings(header.readings) }
                })
        case .fileListRequest(let request):
            return .fileListRequest(
                .with {
                    $0.firstChunk = UInt32(request.firstChunk)
                    $0.chunks = UInt32(request.chunks)
                })
        case .request(let request):
            return .parametersRequest(
                .with {
                    $0.network = UInt32(request.network.rawValue)
                    $0.version = request.version
                    $0.firstChunk = UInt32(request.firstChunk)
                    $0.chunks = UInt32(request.chunks)
                })
        case .failure(let failure):
            return .failure(
                .with {
                    $0.lease = failure.lease
                    $0.round = failure.round
                    $0.shard = UInt32(failure.shard)
                    $0.reason = failure.reason
                    if let fault = failure.fault { $0.file = fault.wire }
                })
        case .notFinite(let report):
            return .notFinite(
                .with {
                    $0.lease = report.lease
                    $0.round = report.round
                    $0.step = report.step
                    $0.shard = UInt32(report.shard)
                    $0.network = UInt32(report.value.network.rawValue)
                    $0.layer = report.value.layer ?? ""
                })
        case .leave(let reason): return .leave(.with { $0.reason = reason })
        case .statusRequest: return .statusRequest(Ganglion_Wire_StatusRequest())
        }
    }

    fileprivate init(_ body: Ganglion_Wire_Header.OneOf_Body?) throws {
        switch body {
        case .hello(let wire):
            self = .hello(
                Hello(
                    build: wire.build, numericFingerprint: wire.numericFingerprint, name: wire.name,
                    threads: Int(wire.threads), run: wire.run))
        case .ready(let wire): self = .ready(dataFingerprint: wire.dataFingerprint)
        case .workerHeartbeat(let wire):
            self = .heartbeat(
                WorkerHeartbeat(
                    ready: wire.ready, receivedLease: wire.receivedLease, finishedLease: wire.finishedLease))
        case .contribution(let wire):
            self = .contribution(
                ContributionHeader(
                    lease: wire.lease, round: wire.round,
                    node: ReductionNode(level: Int(wire.level), index: Int(wire.index)), chunk: Int(wire.chunk),
                    length: try length(wire.length), checksum: wire.hasChecksum ? wire.checksum : nil,
                    readings: wire.files.isEmpty ? [] : try wire.readings()))
        case .fileListRequest(let wire):
            self = .fileListRequest(FileListRequest(firstChunk: Int(wire.firstChunk), chunks: Int(wire.chunks)))
        case .parametersRequest(let wire):
            self = .request(
                ParametersRequest(
                    network: try network(wire.network), version: wire.version, firstChunk: Int(wire.firstChunk),
                    chunks: Int(wire.chunks)))
        case .failure(let wire):
            self = .failure(
                ShardFailure(
                    lease: wire.lease, round: wire.round, shard: Int(wire.shard), reason: wire.reason,
                    fault: wire.hasFile ? try FileFault(wire.file) : nil))
        case .notFinite(let wire):
            self = .notFinite(
                NotFinite(
                    lease: wire.lease, round: wire.round, step: wire.step, shard: Int(wire.shard),
                    value: NonfiniteValue(
                        network: try network(wire.network), layer: wire.layer.isEmpty ? nil : wire.layer)))
        case .leave(let wire): self = .leave(reason: wire.reason)
        case .statusRequest: self = .statusRequest
        default: throw CoordinationError.malformedMessage("no worker says this")
        }
    }
}

extension CoordinatorMessage {
    fileprivate var body: Ganglion_Wire_Header.OneOf_Body {
        switch self {
        case .welcome(let welcome):
            return .welcome(
                .with {
                    $0.run = welcome.run
                    $0.configuration = welcome.configuration
                    $0.publisher = welcome.publisher
                    $0.shards = UInt32(welcome.shards)
                    $0.heartbeatNanoseconds = welcome.heartbeatInterval
                    $0.chunkLength = UInt32(welcome.chunkLength)
                    if let list = welcome.fileList {
                        $0.fileListBytes = UInt64(list.byteCount)
                        $0.fileListDigest = list.digest
                    }
                })
        case .refusal(let reason): return .refusal(.with { $0.reason = reason })
        case .rejoin(let run): return .rejoin(.with { $0.run = run })
        case .assignment(let assignment):
            return .assignment(
                .with {
                    $0.lease = assignment.lease
                    $0.round = assignment.round.number
                    $0.step = assignment.round.step
                    $0.kind = UInt32(assignment.round.kind.rawValue)
                    $0.batchIndex = assignment.round.batchIndex
                    $0.generatorVersion = assignment.round.generatorVersion
                    $0.discriminatorVersion = assignment.round.discriminatorVersion
                    $0.shards = assignment.shards.map { UInt32($0) }
                    $0.augmentationProbability = assignment.round.augmentationProbability
                })
        case .parameters(let header):
            return .parameters(
                .with {
                    $0.network = UInt32(header.network.rawValue)
                    $0.version = header.version
                    $0.chunk = UInt32(header.chunk)
                    $0.length = UInt64(header.length)
                    if let checksum = header.checksum { $0.checksum = checksum }
                })
        case .fileList(let header):
            return .fileList(
                .with {
                    $0.chunk = UInt32(header.chunk)
                    if let checksum = header.checksum { $0.checksum = checksum }
                })
        case .heartbeat: return .coordinatorHeartbeat(Ganglion_Wire_CoordinatorHeartbeat())
        case .goodbye(let reason, let finished):
            return .goodbye(
                .with {
                    $0.reason = reason
                    $0.finished = finished
                })
        case .status(let status): return .status(status.wire)
        }
    }

    fileprivate init(_ body: Ganglion_Wire_Header.OneOf_Body?) throws {
        switch body {
        case .welcome(let wire):
            guard (1...1 << 20).contains(wire.shards), (1...1 << 24).contains(wire.chunkLength) else {
                throw CoordinationError.malformedMessage(
                    "a run of \(wire.shards) shards and chunks of \(wire.chunkLength) floats")
            }
            // From a millisecond to a day: times are added to it.
            guard (1_000_000...86_400_000_000_000).contains(wire.heartbeatNanoseconds) else {
                throw CoordinationError.malformedMessage("a heartbeat every \(wire.heartbeatNanoseconds) ns")
            }
            self = .welcome(
                Welcome(
                    run: wire.run, configuration: wire.configuration, publisher: wire.publisher,
                    shards: Int(wire.shards), heartbeatInterval: wire.heartbeatNanoseconds,
                    chunkLength: Int(wire.chunkLength),
                    fileList: wire.fileListBytes == 0
                        ? nil
                        : FileListHeader(
                            byteCount: try FileListCoding.byteCount(wire.fileListBytes), digest: wire.fileListDigest)))
        case .refusal(let wire): self = .refusal(reason: wire.reason)
        case .rejoin(let wire): self = .rejoin(run: wire.run)
        case .assignment(let wire):
            guard let kind = UInt8(exactly: wire.kind).flatMap(RoundKind.init(rawValue:)) else {
                throw CoordinationError.malformedMessage("a round of kind \(wire.kind)")
            }
            guard (0...1).contains(wire.augmentationProbability) else {
                throw CoordinationError.malformedMessage(
                    "an augmentation's probability of \(wire.augmentationProbability)")
            }
            self = .assignment(
                Assignment(
                    lease: wire.lease,
                    round: Round(
                        number: wire.round, step: wire.step, kind: kind, batchIndex: wire.batchIndex,
                        generatorVersion: wire.generatorVersion, discriminatorVersion: wire.discriminatorVersion,
                        augmentationProbability: wire.augmentationProbability),
                    shards: wire.shards.map { Int($0) }))
        case .parameters(let wire):
            self = .parameters(
                ParametersHeader(
                    network: try network(wire.network), version: wire.version, chunk: Int(wire.chunk),
                    length: try length(wire.length), checksum: wire.hasChecksum ? wire.checksum : nil))
        case .fileList(let wire):
            self = .fileList(
                FileListChunk(chunk: Int(wire.chunk), checksum: wire.hasChecksum ? wire.checksum : nil))
        case .coordinatorHeartbeat: self = .heartbeat
        case .goodbye(let wire): self = .goodbye(reason: wire.reason, finished: wire.finished)
        case .status(let wire): self = .status(ClusterStatus(wire))
        default: throw CoordinationError.malformedMessage("no coordinator says this")
        }
    }
}

private func network(_ number: UInt32) throws -> Network {
    guard let network = UInt8(exactly: number).flatMap(Network.init(rawValue:)) else {
        throw CoordinationError.malformedMessage("network number \(number)")
    }
    return network
}

/// Vectors of up to 2^36 floats: a larger number is nonsense and must not be multiplied.
private func length(_ number: UInt64) throws -> Int {
    guard number <= 1 << 36 else { throw CoordinationError.malformedMessage("a vector of \(number) floats") }
    return Int(number)
}
