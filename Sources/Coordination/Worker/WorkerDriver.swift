import Adversarial
import CKernels
import FileFormats
import Foundation
import Messaging

/// What a worker is started with.
package struct WorkerOptions: Sendable {
    package var endpoint: Endpoint
    package var build: String
    package var numericFingerprint: String
    /// Host and process, for people.
    package var name: String
    /// Compute threads: so many shards are computed at once, each by one thread.
    package var threads = 1
    /// How long it waits for a coordinator: at the start, and when one falls silent.
    package var coordinatorTimeoutSeconds = 60.0
    /// Its keys and the coordinator's, or none.
    package var security = SocketSecurity.plain

    package init(endpoint: Endpoint, build: String, numericFingerprint: String, name: String) {
        self.endpoint = endpoint
        self.build = build
        self.numericFingerprint = numericFingerprint
        self.name = name
    }
}

/// Connects a `WorkerMachine` to its sockets, to the clock and to its compute threads.
///
/// Made, run and let go on one plain thread, which owns the sockets.
package final class WorkerDriver {
    package private(set) var statistics = WorkerStatistics()

    private let options: WorkerOptions
    private let makeComputer: ShardComputerFactory
    private let log: @Sendable (String) -> Void
    private let stopRequest: StopRequest
    private var link: CoordinatorLink
    private let subscriber: SubscriberSocket
    private let computeThreads: ComputeThreads
    private let usesChecksums: Bool
    private let contributions = VectorPool()
    private var machine: WorkerMachine
    private var shape = ReductionShape(shards: 1)
    private var computer: (any ShardComputer)?
    private var store = ParameterStore()
    private var sums: [UInt64: PartialSums] = [:]
    /// The files that shards were read from, by lease and shard.
    private var readings: [UInt64: [Int: [FileReading]]] = [:]
    /// The run's list of files, padded to whole floats.
    private var fileList: [UInt8] = []
    private var outbox: [OutgoingSum] = []
    private var isBlocked = false
    private var published: Endpoint?
    /// When something arrived last on either socket, or it was connected.
    private var controlHeard = MonotonicClock.now
    private var parametersHeard = MonotonicClock.now
    private var queue: [WorkerEvent] = []
    private var effects: [WorkerEffect] = []
    private var outcome: WorkerOutcome?
    /// Since when there is no connection; when it says what is tried in vain.
    private var isolation = Isolation()

    private struct Isolation {
        static let patience: Nanoseconds = .seconds(3)
        var began: Nanoseconds? = MonotonicClock.now
        var isSaid = false

        /// Whether it is to be said now: once for each time.
        mutating func note(isConnected: Bool, now: Nanoseconds) -> Bool {
            if isConnected {
                (began, isSaid) = (nil, false)
                return false
            }
            let start = began ?? now
            began = start
            guard !isSaid, now > start + Self.patience else { return false }
            isSaid = true
            return true
        }
    }

    /// Connects; a coordinator need not be there yet.
    ///
    /// - Throws: `MessagingError` where the endpoint cannot be connected to.
    package init(
        options: WorkerOptions, context: Context, stopRequest: StopRequest,
        log: @escaping @Sendable (String) -> Void = { _ in }, makeComputer: @escaping ShardComputerFactory
    ) throws {
        self.options = options
        self.makeComputer = makeComputer
        self.log = log
        self.stopRequest = stopRequest
        var control = SocketOptions()
        control.linger = 500  // the goodbye
        // Few chunks in the queue, so that a heartbeat never stands behind many.
        control.sendHighWaterMark = 8
        control.security = options.security
        if case .ipc = options.endpoint { control.sendBuffer = SocketOptions.localSendBuffer }
        link = try CoordinatorLink(
            context, to: options.endpoint, identity: .random(), options: control, now: MonotonicClock.now)
        var broadcast = SocketOptions()
        broadcast.security = options.security
        subscriber = try SubscriberSocket(context, prefix: WireProtocol.prefix, options: broadcast)
        if case .tcp = options.endpoint { usesChecksums = true } else { usesChecksums = false }
        computeThreads = ComputeThreads(count: options.threads, waker: stopRequest.waker)
        machine = WorkerMachine(
            settings: WorkerSettings(
                endpoint: options.endpoint.description, build: options.build,
                numericFingerprint: options.numericFingerprint, name: options.name, threads: options.threads,
                coordinatorTimeout: .seconds(options.coordinatorTimeoutSeconds)),
            now: MonotonicClock.now)
    }

    deinit { computeThreads.stop() }

    /// Works until the run is finished, the coordinator is gone, or somebody asks it to stop.
    ///
    /// - Throws: `MessagingError` where a socket fails.
    package func run() throws -> WorkerOutcome {
        ck_set_numeric_mode()
        var poller = Poller()
        let control = link.add(to: &poller)
        _ = poller.add(subscriber.handle)
        let wake = poller.add(stopRequest.waker)
        try handle(.tick)
        while true {
            if let outcome { return outcome }
            poller.watchWritable(control, isBlocked)
            let now = MonotonicClock.now
            let rest = machine.nextTick > now ? machine.nextTick - now : 0
            try poller.wait(milliseconds: Int((rest + 999_999) / 1_000_000))
            statistics.waiting += MonotonicClock.now - now
            if poller.isReadable(wake) { stopRequest.waker.clear() }
            for result in computeThreads.takeResults() { try take(result) }
            while outcome == nil, try receive() {}
            while outcome == nil, stopRequest.takeNext() { try handle(.stop) }
            // Time last: what waited in the sockets while this process slept counts as heard.
            if MonotonicClock.now >= machine.nextTick { try handle(.tick) }
            try renewControl()
            try flush()
        }
    }

    private func handle(
        _ event: WorkerEvent, payload: UnsafeRawBufferPointer? = nil, contribution: PooledVector? = nil
    ) throws {
        queue.append(event)
        while !queue.isEmpty {
            effects.removeAll(keepingCapacity: true)
            machine.handle(queue.removeFirst(), at: MonotonicClock.now, into: &effects)
            for effect in effects { try perform(effect, payload, contribution) }
        }
    }

    private func perform(
        _ effect: WorkerEffect, _ payload: UnsafeRawBufferPointer?, _ contribution: PooledVector?
    ) throws {
        switch effect {
        case .send(let message, let incarnation):
            // What cannot be sent now is found missing by a later heartbeat, hello or request.
            if case .request = message { try renewParameters() }
            _ = try link.send(header: MessageCodec.encode(message, incarnation: incarnation))
        case .subscribe(let announced): try subscribe(announced)
        case .prepare(let welcome):
            shape = ReductionShape(shards: welcome.shards)
            let list = welcome.fileList.map { Array(fileList.prefix($0.byteCount)) }
            computeThreads.add(.prepare(welcome, fileList: list, makeComputer))
        case .beginFileList(let byteCount):
            fileList = [UInt8](repeating: 0, count: (byteCount + 3) / 4 * 4)
        case .storeFileList(let chunk):
            let start = chunk * machine.chunkLength * MemoryLayout<Float>.stride
            fileList.replaceSubrange(start..<start + payload!.count, with: payload!)
        case .store(let network, let version, let chunk):
            store.store(
                payload!, network, version: version, chunk: chunk,
                layout: layout(computer!.parameterLength(of: network)))
            statistics.bytesReceived += UInt64(payload!.count)
        case .adopt(let network, let version): store.adopt(network, version: version)
        case .prefetch(let round, let shard): computer!.prefetch(round, shard: shard)
        case .compute(let lease, let round, let shard):
            computeThreads.add(
                .compute(
                    ComputeThreads.ComputeJob(
                        lease: lease, round: round, shard: shard, computer: computer!,
                        generator: store.parameters(of: .generator, version: round.generatorVersion),
                        discriminator: store.parameters(of: .discriminator, version: round.discriminatorVersion),
                        contribution: contributions.take(count: computer!.contributionLength(of: round.kind)))))
        case .accumulate(let lease, let shard, let levels):
            sums[lease, default: PartialSums(shape: shape)].accumulate(contribution!, shard: shard, levels: levels)
            statistics.shards += 1
        case .contribute(let lease, let round, let node, let incarnation):
            outbox.append(
                OutgoingSum(
                    lease: lease, round: round.number, node: node, incarnation: incarnation,
                    vector: sums[lease]!.take(node), readings: takeReadings(lease, node),
                    chunkLength: machine.chunkLength))
        case .abandon(let lease):
            computeThreads.forget(lease: lease)
            sums[lease] = nil
            readings[lease] = nil
            outbox.removeAll { $0.lease == lease }
        case .report(let report): log(report.description)
        case .end(let outcome):
            self.outcome = outcome
            computeThreads.stop()
        }
    }

    private func takeReadings(_ lease: UInt64, _ node: ReductionNode) -> [FileReading] {
        guard readings[lease] != nil else { return [] }
        let taken = shape.leaves(below: node).flatMap { readings[lease]?.removeValue(forKey: $0) ?? [] }
        if readings[lease]?.isEmpty == true { readings[lease] = nil }
        return taken
    }

    private func layout(_ length: Int) -> ChunkLayout { ChunkLayout(length: length, chunkLength: machine.chunkLength) }

    /// Sends what is waiting to be sent, as far as the socket takes it.
    private func flush() throws {
        isBlocked = false
        while !outbox.isEmpty {
            guard try link.withDealer({ try outbox[0].send(on: $0, checksums: usesChecksums) }) else {
                isBlocked = true
                return
            }
            let sum = outbox.removeFirst()
            statistics.bytesSent += UInt64(sum.vector.count * MemoryLayout<Float>.stride)
            if sums[sum.lease]?.isEmpty == true { sums[sum.lease] = nil }
            try handle(.contributed(lease: sum.lease, node: sum.node))
        }
    }

    private func subscribe(_ announced: String) throws {
        // An endpoint that cannot be read leaves the worker without broadcasts: it asks for each version.
        guard let announced = try? Endpoint(announced) else { return }
        let endpoint = link.publisher(announced: announced)
        guard endpoint != published else { return }
        if let published { subscriber.disconnect(published) }
        try subscriber.connect(endpoint)
        published = endpoint
        parametersHeard = MonotonicClock.now
    }

    /// Connects anew where the coordinator, who gives a sign of life in each interval, is silent: libzmq gives a
    /// connection up for good when a bit of it was damaged on the way. What it swallowed, heartbeats find.
    private func renewControl() throws {
        let now = MonotonicClock.now
        try link.poll(now: now)
        if isolation.note(isConnected: link.isEstablished, now: now) {
            log("not connected to \(options.endpoint): \(link.finding())")
        }
        guard link.isEstablished, now > controlHeard + .seconds(2) + 2 * machine.heartbeatInterval else { return }
        controlHeard = now
        try link.renew(now: now)
    }

    /// What keeps it from the coordinator, and what to do, as the rest of a sentence.
    package func finding() -> String { link.finding() }

    /// The same where parameters have to be asked for because they have stopped coming by themselves.
    private func renewParameters() throws {
        guard let published, MonotonicClock.now > parametersHeard + .seconds(2) else { return }
        parametersHeard = MonotonicClock.now
        subscriber.disconnect(published)
        try subscriber.connect(published)
    }

    private func take(_ result: ComputeThreads.Result) throws {
        // Another run's leases and rounds have the same numbers: what was begun for the run before is dropped here.
        if let computer = result.computer, computer !== self.computer { return }
        switch result {
        case .prepared(let computer):
            self.computer = computer
            store = ParameterStore()
            let lengths = Network.allCases.map { ($0, computer.parameterLength(of: $0)) }
            try handle(
                .prepared(
                    dataFingerprint: computer.dataFingerprint,
                    parameterLengths: Dictionary(uniqueKeysWithValues: lengths)))
        case .preparationFailed(let reason): try handle(.preparationFailed(reason))
        case .computed(let job, let files):
            // Of a lease that was given up meanwhile nothing is kept.
            if !files.isEmpty, machine.hasLease(job.lease, of: job.round) {
                readings[job.lease, default: [:]][job.shard] = files
            }
            try handle(.computed(lease: job.lease, job.round, shard: job.shard), contribution: job.contribution)
        case .notFinite(let job, let value):
            try handle(.notFinite(lease: job.lease, job.round, shard: job.shard, value))
        case .computationFailed(let job, let reason, let fault):
            try handle(.computationFailed(lease: job.lease, job.round, shard: job.shard, reason: reason, fault))
        }
    }

    /// Takes in what is waiting on either socket, a message of each at most; false where there was nothing.
    private func receive() throws -> Bool {
        let hadControl = try take(try link.receive())
        if hadControl { controlHeard = MonotonicClock.now }
        let hadParameters = try take(try subscriber.receive())
        if hadParameters { parametersHeard = MonotonicClock.now }
        return hadControl || hadParameters
    }

    private func take(_ received: consuming Received) throws -> Bool {
        switch consume received {
        case .nothing: return false
        case .malformed: try handle(.malformed)
        case .message(let message): try take(message)
        }
        return true
    }

    private func take(_ message: consuming Message) throws {
        let content: (incarnation: UInt64, message: CoordinatorMessage)
        do {
            let version = try message.header.withUnsafeBytes { try WireProtocol.version(of: $0) }
            guard version == WireProtocol.version else { return try handle(.foreignVersion(version)) }
            content = try message.header.withUnsafeBytes { try MessageCodec.decodeCoordinator($0) }
        } catch is CoordinationError {
            return try handle(.malformed)
        }
        try message.withUnsafePayload { payload in
            if let payload, let checksum = content.message.payloadChecksum, checksum != PayloadChecksum.of(payload) {
                return try handle(.malformed)
            }
            try handle(
                .message(content.message, incarnation: content.incarnation, payloadBytes: payload?.count),
                payload: payload)
        }
    }
}
