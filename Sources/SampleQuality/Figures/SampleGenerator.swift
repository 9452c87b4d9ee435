import TensorCore

/// Random whole numbers of a seed, the same on every machine.
package struct SampleGenerator {
    private let stream: RandomStream
    private var block: UInt32 = 0
    private var words: [UInt32] = []

    /// - Parameter step: another gives other numbers of the same seed.
    package init(seed: UInt64, step: UInt64 = 0) {
        stream = RandomStream(seed: seed, purpose: .evaluation, step: step, shard: 1 << 20)
    }

    /// A number from 0 to `limit` − 1.
    package mutating func index(below limit: Int) -> Int {
        if words.isEmpty {
            let next = stream.block(block)
            words = [next.0, next.1, next.2, next.3]
            block += 1
        }
        return Int((UInt64(words.removeLast()) * UInt64(limit)) >> 32)
    }
}
