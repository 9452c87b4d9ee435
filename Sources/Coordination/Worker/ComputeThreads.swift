import Adversarial
import CAffinity
import CKernels
import FileFormats
import Foundation
import Messaging

/// A worker's compute threads: take jobs from one queue, so that the socket thread is always free to answer.
final class ComputeThreads: @unchecked Sendable {  // all state is behind the condition's lock
    enum Job: Sendable {
        case prepare(Welcome, fileList: [UInt8]?, ShardComputerFactory)
        case compute(ComputeJob)
    }

    struct ComputeJob: Sendable {
        let lease: UInt64
        let round: Round
        let shard: Int
        let computer: any ShardComputer
        let generator: PooledVector
        let discriminator: PooledVector
        let contribution: PooledVector
    }

    enum Result: Sendable {
        case prepared(any ShardComputer)
        case preparationFailed(String)
        case computed(ComputeJob, [FileReading])
        case notFinite(ComputeJob, NonfiniteValue)
        case computationFailed(ComputeJob, reason: String, FileFault?)

        /// What computed it; nil for a preparation.
        var computer: (any ShardComputer)? {
            switch self {
            case .computed(let job, _), .notFinite(let job, _), .computationFailed(let job, _, _): job.computer
            case .prepared, .preparationFailed: nil
            }
        }
    }

    /// After a shorter job, with others waiting, the socket thread is not woken: that would cost as much as the job.
    private static let longJob = Nanoseconds.seconds(200e-6)

    private let condition = NSCondition()
    private let waker: Waker
    private let count: Int
    private var jobs: [Job] = []
    private var results: [Result] = []
    private var hasStopped = false

    /// Starts `count` threads. `waker` is woken whenever there is a result.
    init(count: Int, waker: Waker) {
        self.count = count
        self.waker = waker
        let processors = ProcessorShare.allowedProcessors
        for index in 0..<count {
            let thread = Thread { [self] in
                // Foundation's name does not always reach the system's tools.
                caf_name_thread("compute \(index)")
                let own = ProcessorShare(index: index, count: count)!.processors(of: processors, threads: 1)
                ProcessorShare.bindThread(to: own)
                work(index)
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    func add(_ job: Job) {
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    /// Forgets a lease's jobs that no thread has begun.
    func forget(lease: UInt64) {
        condition.withLock {
            jobs.removeAll { if case .compute(let job) = $0 { job.lease == lease } else { false } }
        }
    }

    func takeResults() -> [Result] {
        condition.withLock {
            defer { results.removeAll(keepingCapacity: true) }
            return results
        }
    }

    /// Lets the threads end, each after the job that it has begun.
    func stop() {
        condition.withLock {
            hasStopped = true
            jobs.removeAll()
            condition.broadcast()
        }
    }

    private func work(_ index: Int) {
        ck_set_numeric_mode()
        while let job = nextJob() {
            let start = MonotonicClock.now
            let result = perform(job, index)
            let isLong = MonotonicClock.now - start > ComputeThreads.longJob
            let isLast = condition.withLock {
                results.append(result)
                return jobs.isEmpty
            }
            if isLong || isLast { waker.wake() }
        }
    }

    private func nextJob() -> Job? {
        condition.withLock {
            while jobs.isEmpty, !hasStopped { condition.wait() }
            return hasStopped ? nil : jobs.removeFirst()
        }
    }

    private func perform(_ job: Job, _ index: Int) -> Result {
        switch job {
        case .prepare(let welcome, let fileList, let makeComputer):
            do {
                return .prepared(try makeComputer(welcome.configuration, fileList, count))
            } catch {
                return .preparationFailed("\(error)")
            }
        case .compute(let job):
            do {
                try job.computer.compute(
                    job.round, shard: job.shard, generator: job.generator.floats,
                    discriminator: job.discriminator.floats, computeThread: index, into: job.contribution.mutableFloats)
                if let value = job.computer.firstNonfinite(in: job.contribution.floats, of: job.round.kind) {
                    return .notFinite(job, value)
                }
                return .computed(job, job.computer.readings(job.round, shard: job.shard))
            } catch {
                return .computationFailed(job, reason: "\(error)", (error as? ShardFileError)?.fault)
            }
        }
    }
}
