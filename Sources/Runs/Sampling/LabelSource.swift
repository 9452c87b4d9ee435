import Datasets
import RunConfiguration
import TensorCore
import UserErrors

/// The classes that samples are drawn of.
package enum LabelSource {
    /// The networks have none.
    case none
    case one(Int)
    /// A class in each row of a grid: samples 0 to `columns` − 1 are of class 0, the next of class 1.
    case rows(columns: Int)
    /// A class in each column of a grid.
    case columns(classes: Int)
    /// By the data's shares, from a stream of its own for each sample: sample i has the same class however many are drawn.
    case shares(ClassShares, seed: UInt64, purpose: RandomPurpose)

    /// Classes of samples `first` to `first + count − 1`; empty without classes.
    package func labels(first: Int, count: Int) -> [Int] {
        switch self {
        case .none: return []
        case .one(let label): return Array(repeating: label, count: count)
        case .rows(let columns): return (first..<first + count).map { $0 / columns }
        case .columns(let classes): return (first..<first + count).map { $0 % classes }
        case .shares(let shares, let seed, let purpose):
            return (first..<first + count).map { index in
                // Shards of training have numbers below 2²⁰.
                let stream = RandomStream(
                    seed: seed, purpose: .labels, step: UInt64(index), shard: 1 << 20 | UInt32(purpose.rawValue))
                var label: Float = 0
                withUnsafeMutablePointer(to: &label) {
                    shares.fill(UnsafeMutableBufferPointer(start: $0, count: 1), from: stream)
                }
                return Int(label)
            }
        }
    }
}

extension LoadedCheckpoint {
    /// The classes of the data that conditional networks were trained on; nil for networks without.
    /// - Throws: `RunError` (data) if the checkpoint does not say them.
    package func classes() throws -> DatasetClasses? {
        guard configuration.recipe.model.isConditional else { return nil }
        guard let classes = checkpoint.classes, classes.count == configuration.recipe.model.classes else {
            throw RunError(
                .data, at: path, "does not say the classes of its data",
                expected: "the metadata key 'ganglion.classes'",
                advice: "give a checkpoint that '\(ProgramName.current) train' wrote")
        }
        return classes
    }
}
