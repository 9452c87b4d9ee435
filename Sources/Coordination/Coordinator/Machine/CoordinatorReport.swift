import Adversarial

/// What the coordinator reports to people.
package enum CoordinatorReport: Hashable, Sendable, CustomStringConvertible {
    case joined(name: String, workers: Int)
    /// A worker of another run takes part in this one now.
    case changedRun(name: String, from: String)
    case left(name: String, reason: String, workers: Int)
    case refused(name: String, reason: String)
    /// A worker joined that may compute other bits.
    case mixed(name: String, difference: String)
    /// Shards of the round in flight were leased again.
    case reassigned(shards: [Int], round: UInt64)
    /// A worker takes too long: others compute its shards too.
    case overdue(name: String, shards: [Int], seconds: Double)
    /// A shard's contribution is NaN or infinite: it is recomputed.
    case notFinite(name: String, step: UInt64, shard: Int, NonfiniteValue)
    /// A worker computed a shard wrongly that another one computed correctly.
    case wrongNumbers(name: String, shard: Int)
    case cutOff(name: String, reason: String)
    /// A worker cannot compute shards because of a file; others are asked.
    case handedBack(name: String, shards: [Int], step: UInt64, reason: String)
    /// No worker that is ready can compute a shard, because of files.
    case nobodyCanRead(shard: Int, seconds: Double)
    /// With a single worker there is no second result to compare.
    case nothingToVerify
    /// A worker's answer was lost on its way.
    case answerLost(name: String)
    case waiting(workers: Int, needed: Int, seconds: Double)
    case resumed(workers: Int)
    case stopping

    package var description: String {
        switch self {
        case .joined(let name, let workers): return "worker \(name) joined (\(workers) ready)"
        case .changedRun(let name, let run): return "worker \(name) comes from run \(run)"
        case .left(let name, let reason, let workers): return "worker \(name) is gone: \(reason) (\(workers) ready)"
        case .refused(let name, let reason): return "refused worker \(name): \(reason)"
        case .mixed(let name, let difference):
            return
                "warning: worker \(name) is taken by --allow-mixed: \(difference); the run cannot be repeated bit for bit"
        case .reassigned(let shards, let round):
            let list = shards.map { String($0) }.joined(separator: ", ")
            return "round \(round): shard\(shards.count == 1 ? "" : "s") \(list) given out again"
        case .overdue(let name, let shards, let seconds):
            return
                "worker \(name) has not answered for \(Int(seconds)) s: \(shards.count) of its shards are given to others"
        case .notFinite(let name, let step, let shard, let value):
            return
                "step \(step + 1): shard \(shard), computed by worker \(name): \(value.description) is NaN or infinite; it is"
                + " computed once more"
        case .wrongNumbers(let name, let shard):
            return "warning: worker \(name) computed shard \(shard) wrongly: another worker's numbers are right"
        case .cutOff(let name, let reason): return "warning: worker \(name) is cut off: \(reason)"
        case .handedBack(let name, let shards, let step, let reason):
            let list = shards.map { String($0) }.joined(separator: ", ")
            return "step \(step + 1): worker \(name) hands shard\(shards.count == 1 ? "" : "s") \(list) back: \(reason)"
        case .nobodyCanRead(let shard, let seconds):
            return "no worker that is ready has the files of shard \(shard): waiting for one; all are asked again in"
                + " \(Int(seconds)) s"
        case .nothingToVerify: return "warning: only one worker is ready, so no shard is computed twice to be compared"
        case .answerLost(let name): return "an answer of worker \(name) was lost on its way; it is computed again"
        case .waiting(let workers, let needed, let seconds):
            let count = workers == 0 ? "no worker" : "only \(workers) of \(needed) workers"
            return seconds < 1 ? "\(count) ready: waiting" : "\(count) ready: waiting for \(Int(seconds)) s"
        case .resumed(let workers): return "going on with \(workers) worker\(workers == 1 ? "" : "s")"
        case .stopping: return "stopping after the round in flight"
        }
    }
}
