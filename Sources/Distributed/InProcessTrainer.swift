import Adversarial
import CKernels
import Dispatch
import Foundation

/// Trains in this process alone, without sockets: the same rounds, the same tree, the same bits.
package final class InProcessTrainer {
    private let source: any RoundSource
    private let computer: any ShardComputer
    private let lanes: Int

    /// - Parameter lanes: shards that are computed at once, each by one thread.
    package init(source: any RoundSource, computer: any ShardComputer, lanes: Int = 1) {
        self.source = source
        self.computer = computer
        self.lanes = lanes
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
            let (computer, lanes, shards) = (self.computer, self.lanes, source.shards)
            let work = { @Sendable (lane: Int) in
                for shard in stride(from: lane, to: shards, by: lanes) {
                    sums.add(shard) { contribution in
                        try computer.compute(
                            round, shard: shard, generator: generator.floats, discriminator: discriminator.floats,
                            lane: lane, into: contribution)
                    }
                }
            }
            if lanes == 1 {
                work(0)
            } else {
                DispatchQueue.concurrentPerform(iterations: lanes) { lane in
                    ck_set_numeric_mode()
                    work(lane)
                }
            }
            let sum = try sums.take()
            try source.complete(round, sum: sum.floats)
            source.settle()
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
            guard let climb = progress.insert(ReductionNode(shard: shard), chunk: 0) else { return }
            sums.fold(contribution, shard: shard, climb: climb)
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
