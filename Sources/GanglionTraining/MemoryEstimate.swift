import Adversarial
import Datasets
import RunConfiguration
import Runs

/// The memory that the processes of a run need, in bytes, from the sizes of what they allocate: told before any is started.
package struct MemoryEstimate: Sendable {
    package let parts: ShardMemory
    private let shards: Int
    /// What the data set keeps in each process.
    private let data: Int
    /// Samples that are drawn at once, and elements of one.
    private let drawn: (count: Int, bytes: Int)

    /// A process before it has any of this: code, libraries and their buffers, sockets, threads' stacks. Measured.
    static let process = 42 << 20
    /// What the coordinator has more: its sockets' threads, what it writes. Measured.
    static let coordination = 12 << 20
    /// What oneDNN allocates on each compute thread for the blocks of a matrix product. Measured.
    static let products = 4 << 20
    /// A generator draws so many samples at once.
    private static let drawnAtOnce = 16

    /// - Parameters:
    ///   - configuration: with the classes of the data.
    ///   - dataBytes: what the data set keeps in memory.
    package init(_ configuration: Configuration, programs: StepPrograms? = nil, dataBytes: Int) {
        let recipe = configuration.recipe
        let programs = programs ?? StepPrograms(recipe: recipe)
        parts = ShardMemory(recipe, programs)
        shards = recipe.shards
        data = dataBytes
        let samples = configuration.output.sampleEvery > 0 ? configuration.output.sampleCount : 0
        drawn = (samples, programs.sampleCount / programs.shardBatch * MemoryLayout<Float>.stride)
    }

    /// Of one worker.
    ///
    /// - Parameter workers: how many divide the shards between them.
    package func worker(threads: Int, of workers: Int) -> Int {
        let own = (shards + workers - 1) / workers
        // Each network's version in use and the one that arrives share a pool of vectors of the longer one's length.
        let parameters = 4 * max(parts.generator, parts.discriminator)
        // A lease's contributions are taken at once; the sum before may still be on its way.
        let contributions = (own + 1) * parts.contribution
        // A batch ahead for each shard, and those that threads are at.
        let batches = (own + threads) * parts.batch
        return Self.process + threads * (Self.products + parts.thread) + own * parts.shard + parameters + contributions
            + batches + data
    }

    /// Of the coordinator.
    ///
    /// - Parameter workers: how many send sums at once.
    package func coordinator(workers: Int) -> Int {
        let networks = parts.generator + parts.discriminator
        // In use, published, next; Adam's two moments; the generator's moving average; what is written to a checkpoint.
        let state = 5 * networks + parts.generator + 2 * parts.averages
        let written = 3 * networks + parts.generator
        let sums = (1 + min(workers, shards)) * parts.contribution
        let drawing = drawn.count == 0 ? 0 : parts.generator + Self.drawnAtOnce * parts.sample
        // The samples, their values without the normalisation, and the picture.
        let pictures = 3 * drawn.count * drawn.bytes
        return Self.process + Self.coordination + state + written + sums + drawing + pictures + data
    }

    /// Of `train`: the coordinator and all workers.
    package func total(workers: Int, threads: Int) -> Int {
        coordinator(workers: workers) + workers * worker(threads: threads, of: workers)
    }

    // MARK: Words

    /// "memory: a worker with 2 threads needs 410 MB (each thread 61 MB, each of its 4 shards 13 MB), the coordinator 120 MB"
    package func sentence(workers: Int, threads: Int) -> String {
        let own = (shards + workers - 1) / workers
        return "memory: \(workers == 1 ? "the worker needs" : "each of \(workers) workers needs") about "
            + "\(DiskSpace.text(worker(threads: threads, of: workers))) (\(partsText(threads: threads, own: own))), "
            + "the coordinator \(DiskSpace.text(coordinator(workers: workers)))"
    }

    /// The same of a coordinator whose workers choose their threads.
    package func sentence(workers: Int) -> String {
        let (one, two) = (worker(threads: 1, of: workers), worker(threads: 2, of: workers))
        return "memory: this process needs about \(DiskSpace.text(coordinator(workers: workers))), a worker "
            + "\(DiskSpace.text(one)) with one thread and \(DiskSpace.text(two - one)) for each thread more"
    }

    /// "memory: about 410 MB (…)", of a worker.
    package func workerSentence(threads: Int, of workers: Int) -> String {
        let own = (shards + workers - 1) / workers
        return "memory: needs about \(DiskSpace.text(worker(threads: threads, of: workers))) "
            + "(\(partsText(threads: threads, own: own)))"
    }

    private func partsText(threads: Int, own: Int) -> String {
        let shard = parts.shard + parts.contribution + parts.batch
        return "\(threads) thread\(threads == 1 ? "" : "s") of \(DiskSpace.text(parts.thread)), "
            + "\(own) shard\(own == 1 ? "" : "s") of \(DiskSpace.text(shard))"
    }
}
