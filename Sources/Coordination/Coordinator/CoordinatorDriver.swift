import Adversarial
import CKernels
import FileFormats
import Foundation
import Messaging

/// Connects a `CoordinatorMachine` to its sockets, to the clock and to the training state.
///
/// Made, run and let go on one plain thread, which owns the sockets.
package final class CoordinatorDriver {
    /// Where workers connect: the endpoint asked for, with the port that was free where that was 0.
    package let endpoint: Endpoint
    /// What the endpoint's host stands for; nothing for a local socket.
    package var addresses: [HostAddress] { routerListener.addresses }
    package private(set) var statistics = CoordinatorStatistics()

    private let source: any RoundSource
    private let stopRequest: StopRequest
    private let authenticator: Authenticator?
    private let router: RouterSocket
    private let publisher: PublisherSocket
    private var routerListener: Listener
    private var publisherListener: Listener
    private var gate: PeerGate
    private let localSockets: LocalSocketWatch?
    private let usesChecksums: Bool
    private let incarnation: UInt64
    private let tree: ReductionTree
    private var machine: CoordinatorMachine
    private var queue: [CoordinatorEvent] = []
    private var effects: [CoordinatorEffect] = []
    private var outcome: CoordinatorOutcome?
    private var start: Nanoseconds = 0
    private var isSettled = true
    private var answers = KeptAnswers()
    /// The list of files, padded to whole floats.
    private let fileList: [UInt8]

    /// Messages that were dropped so far.
    package var dropped: ClusterStatus.Rejected { machine.dropped }

    /// Binds the sockets.
    ///
    /// - Throws: `MessagingError` where an address is in use, or may not be bound.
    package init(
        options: CoordinatorOptions, source: any RoundSource, context: Context, stopRequest: StopRequest
    ) throws {
        self.source = source
        self.stopRequest = stopRequest
        if case .ipc(let path) = options.endpoint {
            localSockets = try LocalSocketWatch(path: path)
        } else {
            localSockets = nil
        }
        gate = PeerGate(access: options.security?.access)
        // Before the sockets are bound: nobody gets in while no one answers who may.
        authenticator = try options.security.map { try Authenticator(context, access: $0.access) }
        var control = SocketOptions.control(chunkLength: options.chunkLength)
        control.security = options.security.map { .server($0.keys) } ?? .plain
        router = try RouterSocket(context, options: control)
        routerListener = try Listener(context, router.handle, at: options.endpoint, waker: stopRequest.waker)
        endpoint = routerListener.endpoint
        // Enough for four versions of both networks: a subscriber that is further behind asks for what it missed.
        let chunks = Network.allCases.map {
            ChunkLayout(length: source.parameterLength(of: $0), chunkLength: options.chunkLength).count
        }.reduce(0, +)
        var broadcast = SocketOptions.broadcast
        broadcast.security = control.security
        if case .ipc = endpoint { broadcast.sendBuffer = SocketOptions.localSendBuffer }
        broadcast.sendHighWaterMark = 4 * chunks + 8
        publisher = try PublisherSocket(context, options: broadcast)
        publisherListener = try CoordinatorDriver.listen(
            context, publisher, beside: endpoint, asked: options.endpoint, waker: stopRequest.waker)
        let published = publisherListener.endpoint
        if case .tcp = endpoint { usesChecksums = true } else { usesChecksums = false }
        incarnation = .random(in: 1 ... .max)
        tree = ReductionTree(shape: ReductionShape(shards: source.shards))
        let list = options.fileList ?? []
        fileList = list + [UInt8](repeating: UInt8(ascii: "\n"), count: (4 - list.count % 4) % 4)
        let settings = CoordinatorSettings(
            run: options.run, incarnation: incarnation, configuration: options.configuration,
            publisher: published.description, shards: source.shards,
            parameterLengths: .init(
                uniqueKeysWithValues: Network.allCases.map { ($0, source.parameterLength(of: $0)) }),
            contributionLengths: .init(
                uniqueKeysWithValues: RoundKind.allCases.map { ($0, source.contributionLength(of: $0)) }),
            chunkLength: options.chunkLength, build: options.build, numericFingerprint: options.numericFingerprint,
            allowsMixedArithmetic: options.allowsMixedArithmetic, dataFingerprint: options.dataFingerprint,
            fileList: options.fileList.map {
                FileListHeader(byteCount: $0.count, digest: $0.withUnsafeBytes { SHA256.hex($0) })
            },
            cluster: options.cluster, seed: options.seed, steps: options.steps, penaltyEvery: options.penaltyEvery,
            leavePatience: .seconds(max(1, 1.5 * options.cluster.heartbeatSeconds)))
        machine = CoordinatorMachine(settings: settings, now: MonotonicClock.now)
    }

    /// Binds the publisher beside `endpoint`; where any port was asked for and the next one is taken, at any.
    private static func listen(
        _ context: Context, _ publisher: borrowing PublisherSocket, beside endpoint: Endpoint, asked: Endpoint,
        waker: Waker
    ) throws -> Listener {
        do {
            return try Listener(context, publisher.handle, at: endpoint.publisher(), waker: waker)
        } catch let error as MessagingError {
            guard case .tcp(_, 0) = asked else { throw error }
            return try Listener(context, publisher.handle, at: asked, waker: waker)
        }
    }

    /// Coordinates until the run is finished or somebody asks it to stop.
    ///
    /// - Throws: what the training state throws, or `CoordinationError.notFinite`; the workers are told before.
    package func run() throws -> CoordinatorOutcome {
        let outcome = try coordinate()
        if case .failed(let error) = outcome { throw error }
        return outcome
    }

    private func coordinate() throws -> CoordinatorOutcome {
        ck_set_numeric_mode()
        start = MonotonicClock.now
        var poller = Poller()
        _ = poller.add(router.handle)
        _ = poller.add(stopRequest.waker)
        do {
            handle(.begin(try source.nextRound()))
            while true {
                try drain()
                if let outcome { return outcome }
                let now = MonotonicClock.now
                let rest = machine.nextTick > now ? machine.nextTick - now : 0
                try poller.wait(milliseconds: Int((rest + 999_999) / 1_000_000))
                statistics.waiting += MonotonicClock.now - now
                while try receive() { try drain() }
                if let outcome { return outcome }
                if poller.isReadable(1) { stopRequest.waker.clear() }
                while stopRequest.takeNext() { handle(.stop) }
                pollListeners()
                pollLocalSockets()
                // Time last: what waited in the socket while this process slept counts as heard.
                if MonotonicClock.now >= machine.nextTick { handle(.tick) }
            }
        } catch {
            sayGoodbye(after: error)
            throw error
        }
    }

    private func handle(_ event: CoordinatorEvent) { queue.append(event) }

    /// Handles what is queued, and what follows from it.
    private func drain(payload: UnsafeRawBufferPointer? = nil) throws {
        // An update that was not published is completed while the sum that it reads is still there.
        defer { finishUpdates() }
        while !queue.isEmpty {
            let event = queue.removeFirst()
            effects.removeAll(keepingCapacity: true)
            machine.handle(event, at: MonotonicClock.now, into: &effects)
            for effect in effects { try perform(effect, payload) }
        }
    }

    private func perform(_ effect: CoordinatorEffect, _ payload: UnsafeRawBufferPointer?) throws {
        switch effect {
        case .send(let message, let peer):
            let frame = try MessageCodec.encode(message, incarnation: incarnation)
            statistics.bytesSent += UInt64(frame.count)
            note(try router.send(to: peer, header: frame), peer)
        case .publish(let network, let version):
            let parameters = outgoing(network, version)
            for chunk in parameters.chunks {
                finishUpdate(of: network, before: parameters.layout.range(of: chunk).upperBound)
                statistics.bytesPublished += UInt64(parameters.layout.byteCount(of: chunk))
                try publisher.send(header: parameters.header(of: chunk), payload: parameters.payload(of: chunk))
            }
        case .sendParameters(let network, let version, let chunk, let peer):
            finishUpdates()
            let parameters = outgoing(network, version)
            statistics.bytesSent += UInt64(parameters.layout.byteCount(of: chunk))
            note(
                try router.send(
                    to: peer, header: parameters.header(of: chunk), payload: parameters.payload(of: chunk)), peer)
        case .sendFileList(let chunk, let peer): try sendFileList(chunk, to: peer)
        case .prepareReduction(let length):
            tree.reset(length: length)
            answers.removeAll()
        case .reduce(let node, let chunk, let levels):
            let start = MonotonicClock.now
            let range = layout(tree.length).range(of: chunk)
            tree.insert(payload!, node: node, range: range, levels: levels)
            statistics.reducing += MonotonicClock.now - start
        case .keep(let lease, let chunk):
            answers.keep(payload!, lease: lease, chunk: chunk, layout: layout(tree.length))
        case .verify(let round, let shard, let first, let second):
            let (accepted, wrong) = try answers.verify(first, second, length: tree.length) {
                try source.recompute(round, shard: shard, into: $0)
            }
            handle(.verified(round: round.number, shard: shard, accepted: accepted, wrong: wrong))
        case .reduceKept(let lease, let node, let chunk, let levels):
            let range = layout(tree.length).range(of: chunk)
            tree.insert(answers.bytes(lease: lease, range: range), node: node, range: range, levels: levels)
        case .cutOff(let peer): gate.cutOff(peer)
        case .complete(let round):
            let start = MonotonicClock.now
            try source.apply(round, sum: tree.sum)
            isSettled = false
            let end = MonotonicClock.now
            statistics.completing += end - start
            statistics.running = end - self.start
            statistics.rounds += 1
            handle(.begin(try source.nextRound()))
        case .membership(let workers): source.membershipChanged(workers: workers)
        case .report(let report): source.event(report.description)
        case .finish(let outcome): self.outcome = outcome
        }
    }

    private func sendFileList(_ chunk: Int, to peer: PeerIdentity) throws {
        let bytes = ChunkLayout(byteCount: fileList.count, chunkLength: machine.settings.chunkLength).range(of: chunk)
        let payload = fileList[4 * bytes.lowerBound..<4 * bytes.upperBound]
        let checksum = usesChecksums ? payload.withUnsafeBytes { PayloadChecksum.of($0) } : nil
        statistics.bytesSent += UInt64(payload.count)
        note(
            try router.send(
                to: peer,
                header: MessageCodec.encode(
                    .fileList(FileListChunk(chunk: chunk, checksum: checksum)), incarnation: incarnation),
                payload: Frame(Array(payload))), peer)
    }

    /// Has parameters computed that are to be sent next.
    private func finishUpdate(of network: Network, before end: Int) {
        let start = MonotonicClock.now
        source.finishUpdate(of: network, before: end)
        statistics.updating += MonotonicClock.now - start
    }

    private func finishUpdates() {
        guard !isSettled else { return }
        isSettled = true
        for network in Network.allCases { finishUpdate(of: network, before: .max) }
    }

    private func pollListeners() {
        for key in gate.takeNewlyRefused() { source.event("refused a connection: its key '\(key)' is not allowed") }
        let now = MonotonicClock.now
        let changes = [
            routerListener.poll(router.handle, now: now),
            publisherListener.poll(publisher.handle, now: now),
        ]
        guard changes.contains(.paused) else { return }
        routerListener.rest(router.handle, now: now)
        publisherListener.rest(publisher.handle, now: now)
        source.event(
            "warning: connections are refused, for want of file descriptors ('ulimit -n'); those that are inside go on")
    }

    private func pollLocalSockets() {
        switch localSockets?.poll(router.handle, publisher.handle, now: MonotonicClock.now) {
        case .lost:
            source.event("warning: somebody removed the folder of \(endpoint): workers inside stay, none can join")
        case .restored: source.event("\(endpoint) is there again: workers can join")
        case nil: break
        }
    }

    private func layout(_ length: Int) -> ChunkLayout {
        ChunkLayout(length: length, chunkLength: machine.settings.chunkLength)
    }

    private func outgoing(_ network: Network, _ version: UInt64) -> OutgoingParameters {
        let parameters = source.parameters(of: network)
        precondition(parameters.version == version, "the source publishes the version that its round names")
        return OutgoingParameters(
            network: network, parameters: parameters, layout: layout(parameters.floats.count),
            checksums: usesChecksums, incarnation: incarnation)
    }

    private func note(_ result: SendResult, _ peer: PeerIdentity) {
        // A full queue is no loss: heartbeats and requests find what has not arrived.
        if result == .unreachable { handle(.unreachable(peer)) }
    }

    /// Takes in one message; false where none is waiting.
    private func receive() throws -> Bool {
        switch try router.receive() {
        case .nothing: return false
        case .malformed(let peer): handle(.malformed(from: peer))
        case .message(let message):
            statistics.messagesReceived += 1
            statistics.bytesReceived += UInt64(message.count)
            guard gate.admits(message) else { return true }
            try take(message)
        }
        return true
    }

    private func take(_ message: consuming Message) throws {
        let peer = message.peer
        let content: (incarnation: UInt64, message: WorkerMessage)
        do {
            let version = try message.header.withUnsafeBytes { try WireProtocol.version(of: $0) }
            guard version == WireProtocol.version else { return handle(.foreignVersion(version, from: peer)) }
            content = try message.header.withUnsafeBytes { try MessageCodec.decodeWorker($0) }
        } catch is CoordinationError {
            return handle(.malformed(from: peer))
        }
        if case .hello = content.message { gate.greet(peer, message.user) { machine.members[$0] != nil } }
        try message.withUnsafePayload { payload in
            if let payload, case .contribution(let header) = content.message, let checksum = header.checksum,
                checksum != PayloadChecksum.of(payload)
            {
                return handle(.damaged(from: peer))
            }
            if let payload, case .contribution(let header) = content.message, !PayloadFloats.areFinite(payload) {
                return handle(.notFinite(header, incarnation: content.incarnation, from: peer))
            }
            if let event = try eventOfFiles(content.message, content.incarnation, peer) { return handle(event) }
            handle(
                .message(
                    content.message, incarnation: content.incarnation, from: peer, payloadBytes: payload?.count))
            try drain(payload: payload)
        }
    }

    /// Compares the files that a member read with the run's; what there is to say about them, where they differ.
    private func eventOfFiles(
        _ message: WorkerMessage, _ incarnation: UInt64, _ peer: PeerIdentity
    ) throws -> CoordinatorEvent? {
        guard let name = machine.members[peer]?.name, incarnation == self.incarnation else { return nil }
        switch message {
        case .contribution(let header) where !header.readings.isEmpty:
            return try source.check(header.readings, of: name).map {
                .otherFiles(header, incarnation: incarnation, from: peer, reason: $0)
            }
        case .failure(let failure):
            if let fault = failure.fault { try source.examine(fault, reason: failure.reason, of: name) }
            return nil
        default: return nil
        }
    }

    /// Tells the workers that the coordinator ends by an error.
    private func sayGoodbye(after error: any Error) {
        for peer in Set(machine.members.all).union(machine.watchers) {
            let message = CoordinatorMessage.goodbye(reason: "it ended by an error: \(error)", finished: false)
            guard let frame = try? MessageCodec.encode(message, incarnation: incarnation) else { return }
            _ = try? router.send(to: peer, header: frame)
        }
    }
}
