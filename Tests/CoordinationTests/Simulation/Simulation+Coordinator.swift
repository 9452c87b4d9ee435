import Adversarial
import Coordination
import Messaging
import TestSupport

/// What `CoordinatorDriver` does, in virtual time.
extension Simulation {
    func coordinate(_ event: CoordinatorEvent, _ payload: [Float]? = nil) {
        for effect in machine.handle(event, at: now &+ coordinatorOffset) { perform(effect, payload) }
    }

    func hear(_ message: WorkerMessage, _ incarnation: UInt64, _ index: Int, _ payload: [Float]?) {
        let peer = workers[index].identity
        if case .contribution(let header) = message, let payload, !payload.allSatisfy(\.isFinite) {
            return coordinate(.notFinite(header, incarnation: incarnation, from: peer))
        }
        let bytes = payload.map { $0.count * MemoryLayout<Float>.stride }
        coordinate(.message(message, incarnation: incarnation, from: peer, payloadBytes: bytes), payload)
    }

    private func perform(_ effect: CoordinatorEffect, _ payload: [Float]?) {
        switch effect {
        case .send(let message, let peer): send(message, to: peer, payload: nil)
        case .publish(let network, let version): publish(network, version)
        case .sendParameters(let network, let version, let chunk, let peer):
            let (header, payload) = parameters(network, version, chunk)
            send(.parameters(header), to: peer, payload: payload)
        case .sendFileList(let chunk, let peer):
            let part = configuration.fileList[layout(configuration.fileList.count).range(of: chunk)]
            send(.fileList(FileListChunk(chunk: chunk)), to: peer, payload: Array(part))
        case .prepareReduction(let length):
            tree.reset(length: length)
            answers.removeAll()
        case .reduce(let node, let chunk, let levels):
            payload!.withUnsafeBytes { tree.insert($0, node: node, range: range(chunk), levels: levels) }
        case .keep(let lease, let chunk):
            payload!.withUnsafeBytes {
                answers.keep($0, lease: lease, chunk: chunk, layout: layout(tree.length))
            }
        case .verify(let round, let shard, let first, let second):
            let (accepted, wrong) = answers.verify(first, second, length: tree.length) {
                source.recompute(round, shard: shard, into: $0)
            }
            coordinate(.verified(round: round.number, shard: shard, accepted: accepted, wrong: wrong))
        case .reduceKept(let lease, let node, let chunk, let levels):
            let bytes = answers.bytes(lease: lease, range: range(chunk))
            tree.insert(bytes, node: node, range: range(chunk), levels: levels)
        case .complete(let round):
            source.state.apply(round, sum: tree.sum, shards: configuration.shards)
            let isDue = source.state.number % configuration.checkpointEvery == 0 || source.nextRound() == nil
            if isDue { checkpoint = source.state }
            completions.append(now.inSeconds)
            coordinate(.begin(source.nextRound()))
        case .membership, .cutOff: break
        case .report(let report): reports.append(report)
        case .finish(let outcome): self.outcome = outcome
        }
    }

    private func layout(_ length: Int) -> ChunkLayout {
        ChunkLayout(length: length, chunkLength: Simulation.chunkLength)
    }

    private func range(_ chunk: Int) -> Range<Int> { layout(tree.length).range(of: chunk) }

    private func parameters(_ network: Network, _ version: UInt64, _ chunk: Int) -> (ParametersHeader, [Float]) {
        precondition(source.state.versions[network] == version)
        let values = network == .generator ? source.state.generator : source.state.discriminator
        let header = ParametersHeader(network: network, version: version, chunk: chunk, length: values.count)
        return (header, Array(values[layout(values.count).range(of: chunk)]))
    }

    private func publish(_ network: Network, _ version: UInt64) {
        for chunk in 0..<layout(configuration.lengths[network]!).count {
            let (header, payload) = parameters(network, version, chunk)
            for index in workers.indices where workers[index].isAlive {
                guard !random.chance(configuration.faults.publishedLoss), workers[index].deafUntil <= now else {
                    continue
                }
                let at = max(workers[index].lastPublished, now + latency())
                workers[index].lastPublished = at
                agenda.add(
                    .toWorker(index, epoch: nil, .parameters(header), incarnation: incarnation, payload: payload),
                    at: at)
            }
        }
    }

    func latency() -> Nanoseconds {
        guard configuration.shardSeconds == nil else { return .seconds(1e-4) }
        return random.chance(configuration.faults.delay) ? delay(2) : delay(0.05)
    }

    private func send(_ message: CoordinatorMessage, to peer: PeerIdentity, payload: [Float]?) {
        guard let index = workers.firstIndex(where: { $0.identity == peer }) else { return }
        guard workers[index].isAlive else { return coordinate(.unreachable(peer)) }
        guard !random.chance(configuration.faults.controlLoss), workers[index].deafUntil <= now else { return }
        for _ in 0..<(random.chance(configuration.faults.duplication) ? 2 : 1) {
            let at = max(workers[index].lastToWorker, now + latency())
            workers[index].lastToWorker = at
            agenda.add(
                .toWorker(
                    index, epoch: workers[index].epoch, message, incarnation: incarnation, payload: payload), at: at)
        }
    }
}
