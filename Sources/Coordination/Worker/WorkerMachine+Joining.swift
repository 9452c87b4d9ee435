import Adversarial

/// Joining a run, and joining it again.
extension WorkerMachine {
    mutating func receive(
        _ message: CoordinatorMessage, _ incarnation: UInt64, _ payloadBytes: Int?, _ now: Nanoseconds,
        _ effects: inout [WorkerEffect]
    ) {
        lastHeard = max(lastHeard, now)
        switch message {
        case .welcome(let welcome): join(welcome, incarnation, now, &effects)
        case .refusal(let reason): end(.refused(reason), &effects)
        case .rejoin: rejoin(now, &effects)
        case .goodbye(let reason, let finished):
            guard isCurrent(incarnation) else { return }
            effects.append(.send(.leave(reason: ""), incarnation: incarnation))
            end(finished ? .finished : .coordinatorStopped(reason), &effects)
        case .heartbeat, .status: break
        case .fileList(let header):
            guard phase == .fetching, isCurrent(incarnation) else { return }
            store(header, payloadBytes, now, &effects)
        case .parameters(let header):
            guard phase == .working, isCurrent(incarnation) else { return }
            store(header, payloadBytes, now, &effects)
        case .assignment(let assignment):
            guard phase == .working, isCurrent(incarnation) else { return }
            accept(assignment, now, &effects)
        }
    }

    func isCurrent(_ incarnation: UInt64) -> Bool { incarnation == self.incarnation && incarnation != 0 }

    mutating func join(
        _ welcome: Welcome, _ incarnation: UInt64, _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        guard case .joining = phase, incarnation != 0 else { return }
        abandonAll(&effects)
        let isOtherRun = self.welcome.map { $0.run != welcome.run } ?? false
        let isNew = isOtherRun || incarnation != self.incarnation
        self.incarnation = incarnation
        self.welcome = welcome
        if isNew {
            // Another process counts leases and versions anew.
            receivedLease = 0
            round = nil
            resetParameters()
        }
        if isOtherRun {
            prepared = nil
            fileList = nil
            fileListAssembly = ParameterAssembly(layout: ChunkLayout(length: 0))
        }
        lastHeartbeat = now
        effects.append(.subscribe(welcome.publisher))
        if prepared == Preparation(welcome) {
            announceReady(&effects)
        } else if let list = welcome.fileList, list != fileList || !hasFileList {
            fetch(list, now, &effects)
        } else {
            phase = .preparing
            prepare(welcome, &effects)
        }
    }

    mutating func resetParameters() {
        generator = ParameterAssembly(layout: layout(of: .generator))
        discriminator = ParameterAssembly(layout: layout(of: .discriminator))
    }

    /// How a network's parameters are cut into chunks.
    func layout(of network: Network) -> ChunkLayout {
        ChunkLayout(length: parameterLengths[network] ?? 0, chunkLength: chunkLength)
    }

    mutating func prepare(_ welcome: Welcome, _ effects: inout [WorkerEffect]) {
        guard preparing == nil else { return }
        preparing = Preparation(welcome)
        effects.append(.prepare(welcome))
    }

    mutating func becomeReady(
        _ fingerprint: String, _ lengths: [Network: Int], _ now: Nanoseconds, _ effects: inout [WorkerEffect]
    ) {
        prepared = preparing
        preparing = nil
        dataFingerprint = fingerprint
        parameterLengths = lengths
        resetParameters()
        guard phase == .preparing, let welcome else { return }
        if prepared == Preparation(welcome) { announceReady(&effects) } else { prepare(welcome, &effects) }
    }

    /// Ends, unless what could not be prepared is of a run that this worker has left.
    mutating func failToPrepare(_ reason: String, _ effects: inout [WorkerEffect]) {
        guard let welcome, preparing != Preparation(welcome) else { return fail(reason, &effects) }
        preparing = nil
        if phase == .preparing { prepare(welcome, &effects) }
    }

    mutating func announceReady(_ effects: inout [WorkerEffect]) {
        phase = .working
        effects.append(.send(.ready(dataFingerprint: dataFingerprint), incarnation: incarnation))
        effects.append(.report(.joined(run: welcome!.run)))
    }

    mutating func rejoin(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        if case .joining = phase { return }
        abandonAll(&effects)
        effects.append(.report(.rejoining))
        phase = .joining(lastHello: nil)
        hello(now, &effects)
    }

    mutating func hello(_ now: Nanoseconds, _ effects: inout [WorkerEffect]) {
        phase = .joining(lastHello: now)
        let hello = Hello(
            build: settings.build, numericFingerprint: settings.numericFingerprint, name: settings.name,
            threads: settings.threads, run: welcome?.run ?? "")
        effects.append(.send(.hello(hello), incarnation: 0))
    }
}
