import TensorCore

/// A permutation of 0 ..< count that is computed, not stored: random access, no memory. Another seed, epoch or shard gives
/// another permutation.
///
/// A balanced Feistel network of 6 rounds over the smallest even number of bits that holds the count; what falls outside
/// is permuted again until it falls inside (cycle-walking; Black and Rogaway, "Ciphers with arbitrary finite domains",
/// 2002), less than 4 times on average.
package struct KeyedPermutation: Sendable {
    package let count: Int
    private let halfBits: UInt64
    private let mask: UInt64
    /// The key of each round.
    private let keys: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    /// - Precondition: `count` is positive.
    package init(count: Int, seed: UInt64, epoch: UInt64, shard: Int) {
        precondition(count > 0, "a permutation permutes something")
        self.count = count
        let bits = UInt64(UInt64.bitWidth - UInt64(count - 1).leadingZeroBitCount)
        halfBits = max(1, (bits + 1) / 2)
        mask = (1 << halfBits) - 1
        let stream = RandomStream(seed: seed, purpose: .shuffle, step: epoch, shard: UInt32(shard))
        let (a, b, c) = (stream.block(0), stream.block(1), stream.block(2))
        func key(_ high: UInt32, _ low: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
        keys = (key(a.0, a.1), key(a.2, a.3), key(b.0, b.1), key(b.2, b.3), key(c.0, c.1), key(c.2, c.3))
    }

    /// Where `index` goes.
    package subscript(_ index: Int) -> Int {
        precondition(index >= 0 && index < count, "an index is outside of the permutation")
        var value = UInt64(index)
        repeat { value = permuteOnce(value) } while value >= UInt64(count)
        return Int(value)
    }

    private func permuteOnce(_ value: UInt64) -> UInt64 {
        var left = value >> halfBits
        var right = value & mask
        func round(_ key: UInt64) {
            (left, right) = (right, left ^ (mix(right ^ key) & mask))
        }
        round(keys.0)
        round(keys.1)
        round(keys.2)
        round(keys.3)
        round(keys.4)
        round(keys.5)
        return left << halfBits | right
    }

    /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the input moves every bit of the output.
    private func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
