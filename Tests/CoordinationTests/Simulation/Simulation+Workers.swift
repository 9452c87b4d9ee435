import Adversarial
import Coordination
import FileFormats
import Messaging
import TestSupport

/// What `WorkerDriver` and its compute threads do, in virtual time.
extension Simulation {
    func work(
        _ index: Int, _ event: WorkerEvent, _ payload: [Float]? = nil, contribution: PooledVector? = nil
    ) {
        for effect in workers[index].machine.handle(event, at: now &+ workers[index].clockOffset) {
            perform(effect, index, payload, contribution)
        }
        startJobs(index)
    }

    private func perform(_ effect: WorkerEffect, _ index: Int, _ payload: [Float]?, _ contribution: PooledVector?) {
        switch effect {
        case .send(let message, let incarnation): send(message, incarnation, from: index, payload: nil)
        case .subscribe, .prefetch, .report: break
        case .end(let outcome):
            workers[index].isAlive = false
            if outcome != .finished { agenda.add(.start, at: now + delay(2)) }
        case .beginFileList(let byteCount):
            workers[index].fileList = [Float](repeating: .nan, count: byteCount / 4)
        case .storeFileList(let chunk):
            let start = chunk * Simulation.chunkLength
            workers[index].fileList.replaceSubrange(start..<start + payload!.count, with: payload!)
        case .prepare:
            precondition(
                workers[index].fileList == configuration.fileList, "a worker prepares without its list of files")
            agenda.add(.prepared(index), at: now + (configuration.shardSeconds == nil ? delay(1) : 1000))
        case .store(let network, let version, let chunk):
            let layout = ChunkLayout(length: configuration.lengths[network]!, chunkLength: Simulation.chunkLength)
            payload!.withUnsafeBytes {
                workers[index].store.store($0, network, version: version, chunk: chunk, layout: layout)
            }
        case .adopt(let network, let version): workers[index].store.adopt(network, version: version)
        case .compute(let lease, let round, let shard): workers[index].compute(lease, round, shard)
        case .accumulate(let lease, let shard, let levels):
            let shape = ReductionShape(shards: configuration.shards)
            workers[index].sums[lease, default: PartialSums(shape: shape)]
                .accumulate(contribution!, shard: shard, levels: levels)
        case .contribute(let lease, let round, let node, let incarnation):
            contribute(lease, round, node, incarnation, from: index)
        case .abandon(let lease): workers[index].abandon(lease)
        }
    }

    private func contribute(
        _ lease: UInt64, _ round: Round, _ node: ReductionNode, _ incarnation: UInt64, from index: Int
    ) {
        let sum = workers[index].sums[lease]!.take(node)
        let layout = ChunkLayout(length: sum.count, chunkLength: Simulation.chunkLength)
        for chunk in 0..<layout.count {
            let header = ContributionHeader(
                lease: lease, round: round.number, node: node, chunk: chunk, length: sum.count)
            send(.contribution(header), incarnation, from: index, payload: Array(sum.floats[layout.range(of: chunk)]))
        }
        work(index, .contributed(lease: lease, node: node))
    }

    /// Free threads take what is waiting.
    private func startJobs(_ index: Int) {
        while !workers[index].isHanging, let job = workers[index].nextJob() {
            let vector = pool.take(count: SyntheticTraining.contributionLength(job.round.kind, configuration.lengths))
            SyntheticTraining.compute(
                job.round, shard: job.shard, generator: job.generator.floats, discriminator: job.discriminator.floats,
                into: vector.mutableFloats)
            if configuration.liars.contains(index) {
                for place in vector.mutableFloats.indices { vector.mutableFloats[place].negate() }
            }
            if configuration.broken.contains(index) || isSpoiled(job) { vector.mutableFloats[0] = .nan }
            let time =
                configuration.shardSeconds.map { .seconds($0 * workers[index].slowness) }
                ?? (random.chance(configuration.faults.slowness) ? delay(20) : delay(0.2))
            agenda.add(.computed(index, job, vector), at: now + time)
        }
    }

    /// Whether a contribution comes out as NaN: by chance never twice of one shard, or for good.
    private func isSpoiled(_ job: SimulatedWorker.Job) -> Bool {
        if job.round.number >= configuration.notFiniteFrom ?? .max { return true }
        guard random.chance(configuration.faults.notFinite) else { return false }
        return spoiled.insert(job.round.number << 16 | UInt64(job.shard)).inserted
    }

    func finish(_ index: Int, _ job: SimulatedWorker.Job, _ vector: PooledVector) {
        workers[index].busyThreads -= 1
        computed[index] += 1
        guard job.preparation == workers[index].preparations else { return startJobs(index) }
        if random.chance(configuration.faults.handBack) {
            let fault = FileFault(file: job.shard, kind: .missing)
            work(
                index,
                .computationFailed(lease: job.lease, job.round, shard: job.shard, reason: "\(job.shard) is gone", fault)
            )
        } else if vector.floats.allSatisfy(\.isFinite) {
            work(index, .computed(lease: job.lease, job.round, shard: job.shard), contribution: vector)
        } else {
            let value = NonfiniteValue(network: job.round.kind.networks[0], layer: "0.weight")
            work(index, .notFinite(lease: job.lease, job.round, shard: job.shard, value))
        }
    }

    private func send(_ message: WorkerMessage, _ incarnation: UInt64, from index: Int, payload: [Float]?) {
        guard !random.chance(configuration.faults.controlLoss), workers[index].muteUntil <= now else { return }
        for _ in 0..<(random.chance(configuration.faults.duplication) ? 2 : 1) {
            let at = max(workers[index].lastToCoordinator, now + latency())
            workers[index].lastToCoordinator = at
            agenda.add(
                .toCoordinator(
                    index, epoch: workers[index].epoch, message, incarnation: incarnation, payload: payload), at: at)
        }
    }
}
