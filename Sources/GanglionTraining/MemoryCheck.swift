import Adversarial
import Coordination
import RunConfiguration
import Runs

/// Whether a machine has the memory that a run's processes need, and what to change where it has not.
package struct MemoryCheck {
    private let configuration: Configuration
    private let estimate: MemoryEstimate
    private let dataBytes: Int
    /// Whether the run goes on: what decides its bits cannot be changed then.
    private let resumes: Bool

    package init(_ configuration: Configuration, estimate: MemoryEstimate, dataBytes: Int, resumes: Bool) {
        self.configuration = configuration
        self.estimate = estimate
        self.dataBytes = dataBytes
        self.resumes = resumes
    }

    /// Of `train`: a coordinator and its workers on this machine.
    ///
    /// - Parameters:
    ///   - threads: of each worker.
    ///   - available: nil where the system does not tell.
    /// - Throws: `RunError` (configuration) where they need more than the machine has.
    package func require(workers: Int, threads: Int, available: AvailableMemory?) throws {
        let needed = estimate.total(workers: workers, threads: threads)
        guard let available, needed > available.bytes else { return }
        let worker = DiskSpace.text(estimate.worker(threads: threads, of: workers))
        let place =
            available.isOfControlGroup
            ? "what the control group of this process leaves" : "what is free on this machine"
        throw RunError(
            .configuration, at: "memory", "the run needs more than there is",
            expected: "at most \(DiskSpace.text(available.bytes)), \(place)",
            found: "about \(DiskSpace.text(needed)): \(workers) worker\(workers == 1 ? "" : "s") of \(threads) "
                + "thread\(threads == 1 ? "" : "s"), \(worker)\(workers == 1 ? "" : " each"), and the coordinator",
            advice: advice(workers: workers, threads: threads, limit: available.bytes))
    }

    private func advice(workers: Int, threads: Int, limit: Int) -> String {
        var ways: [String] = []
        if !resumes, let batch = shardBatch(workers: workers, threads: threads, limit: limit) {
            ways.append("--set batch.shardBatch=\(batch)")
        }
        if let fewer = (1..<max(1, threads)).last(where: { estimate.total(workers: workers, threads: $0) <= limit }) {
            ways.append("--set cluster.threads=\(fewer)")
        }
        if let fewer = (1..<max(1, workers)).last(where: { estimate.total(workers: $0, threads: threads) <= limit }) {
            ways.append("--set cluster.workers=\(fewer)")
        }
        guard let last = ways.popLast() else {
            return "take smaller networks or images, or a machine with more memory"
        }
        return "take " + (ways.isEmpty ? "" : ways.joined(separator: ", ") + " or ") + last
    }

    /// The largest of this run's shard batch halved again and again that fits; nil where none does.
    private func shardBatch(workers: Int, threads: Int, limit: Int) -> Int? {
        var smaller = configuration
        while smaller.recipe.shardBatch > 3 {
            smaller.recipe.shardBatch /= 2
            let estimate = MemoryEstimate(smaller, dataBytes: dataBytes)
            if estimate.total(workers: workers, threads: threads) <= limit { return smaller.recipe.shardBatch }
        }
        return nil
    }
}
