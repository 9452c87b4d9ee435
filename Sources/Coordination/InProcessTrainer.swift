import Adversarial
import CKernels
import Dispatch
import Foundation

/// Trains in this process alone, without sockets: the same rounds, the same tree, the same bits.
package final class InProcessTrainer {
    private let source: any RoundSource
    private let computer: any ShardComputer
    private let computeThreads: Int

    /// - Parameter computeThreads: shards that are computed at once, each by one thread.
    package init(source: any RoundSource, computer: any ShardComputer, computeThreads: Int = 1) {
        self.source = source
        self.computer = computer
        self.computeThreads = computeThreads
    }

    /// Runs rounds until the run is finished or `shouldStop`, asked before each, says so.
    ///
    /// - Returns: whether the run is finished.
    /// - Throws: what computing a shard or applying a sum throws.
    package func run(until shouldStop: () -> Bool = { false }) throws -> Bool {
        ck_set_numeric_mode()
        let sums = RoundSums(shape: ReductionShape(shards: source.shards))
        while let round = try source.nextRound() {
            if shouldStop() { return false }
            let generator = source.parameters(of: .generator)
            let discriminator = source.parameters(of: .discriminator)
            sums.reset(length: computer.contributionLength(of: round.kind))
            let (computer, computeThreads, shards) = (self.computer, self.computeThreads, source.shards)
            let work = { @Sendable (thread: Int) in
                for shard in stride(from: thread, to: shards, by: computeThreads) {
                    sums.add(shard) { contribution in
                        try computer.compute(
                            round, shard: shard, generator: generator.floats, discriminator: discriminator.floats,
                            computeThread: thread, into: contribution)
                    }
                }
            }
            if computeThreads == 1 {
                work(0)
            } else {
                DispatchQueue.concurrentPerform(iterations: computeThreads) { thread in
                    ck_set_numeric_mode()
                    work(thread)
                }
            }
            let sum = try sums.take()
            try source.apply(round, sum: sum.floats)
            source.finishUpdates()
        }
        return true
    }
}

/// The contributions to one round, summed as they come from several threads.
private final class RoundSums: @unchecked Sendable {  // all state is behind the lock
    private let lock = NSLock()
    private let pool = VectorPool()
    private let shape: ReductionShape
    private var progress: ReductionProgress
    private var sums: PartialSums
    private var length = 0
    private var error: (any Error)?

    init(shape: ReductionShape) {
        self.shape = shape
        progress = ReductionProgress(shape: shape, chunks: 1)
        sums = PartialSums(shape: shape)
    }

    func reset(length: Int) {
        self.length = length
        progress.reset(chunks: 1)
    }

    /// Computes a shard's contribution, without the lock, and takes it in, with it.
    func add(_ shard: Int, _ compute: (UnsafeMutableBufferPointer<Float>) throws -> Void) {
        let contribution = pool.take(count: length)
        let result = Result { try compute(contribution.mutableFloats) }
        lock.withLock {
            if case .failure(let error) = result { self.error = error }
            guard let levels = progress.insert(ReductionNode(shard: shard), chunk: 0) else { return }
            sums.accumulate(contribution, shard: shard, levels: levels)
        }
    }

    /// The sum over all shards.
    func take() throws -> PooledVector {
        try lock.withLock {
            let sum = sums.take(shape.root)
            if let error { throw error }
            return sum
        }
    }
}
