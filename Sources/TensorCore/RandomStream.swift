import CKernels

/// What a random stream is drawn for. Streams of different purposes never meet, whatever their seed, step and shard.
public enum RandomPurpose: UInt8, Sendable, CaseIterable {
    case initialization = 1
    case latent = 2
    case dropout = 3
    case interpolation = 4
    case shuffle = 5
    case sample = 6
    case evaluation = 7
    case procedural = 8
    case augmentation = 9
    case labels = 10
    case flip = 11
}

/// A counter-based random stream: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
///
/// The key is the seed; the counter is (block, step low, step high, purpose and shard). A stream holds no state and
/// no memory: whoever computes a shard draws the same numbers.
public struct RandomStream: Hashable, Sendable {
    public let seed: UInt64
    public let purpose: RandomPurpose
    public let step: UInt64
    /// 24 bits are used. Callers may divide them further (for instance between several dropout masks).
    public let shard: UInt32

    public init(seed: UInt64, purpose: RandomPurpose, step: UInt64 = 0, shard: UInt32 = 0) {
        precondition(shard < 1 << 24, "a stream's shard has 24 bits")
        self.seed = seed
        self.purpose = purpose
        self.step = step
        self.shard = shard
    }

    private var state: ck_philox {
        ck_philox(
            key0: UInt32(truncatingIfNeeded: seed), key1: UInt32(truncatingIfNeeded: seed >> 32),
            counter1: UInt32(truncatingIfNeeded: step), counter2: UInt32(truncatingIfNeeded: step >> 32),
            counter3: UInt32(purpose.rawValue) << 24 | shard)
    }

    /// Uniform numbers in [low, high).
    public func fillUniform(_ y: UnsafeMutableBufferPointer<Float>, low: Float = 0, high: Float = 1) {
        withUnsafePointer(to: state) { ck_random_uniform($0, low, high, y.baseAddress, y.count) }
    }

    /// Normal numbers (Box–Muller).
    public func fillNormal(_ y: UnsafeMutableBufferPointer<Float>, mean: Float = 0, deviation: Float = 1) {
        withUnsafePointer(to: state) { ck_random_normal($0, mean, deviation, y.baseAddress, y.count) }
    }

    /// A dropout mask: 1 / keep with probability `keep`, else 0.
    public func fillDropout(_ y: UnsafeMutableBufferPointer<Float>, keep: Float) {
        withUnsafePointer(to: state) { ck_random_dropout($0, keep, y.baseAddress, y.count) }
    }

    /// The four words of one block.
    public func block(_ index: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
        var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { bytes in
            let y = bytes.bindMemory(to: UInt32.self)
            withUnsafePointer(to: state) { ck_philox_bits($0, index, y.baseAddress, 4) }
        }
        return words
    }
}
