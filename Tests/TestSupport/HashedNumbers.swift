/// The numbers that the golden scripts make of a seed.
package enum HashedNumbers {
    /// u(seed, i) in [0, 1): murmur3's finaliser of seed · 0x9E3779B9 + i, its upper 24 bits.
    package static func uniform(seed: Int, _ index: Int) -> Float {
        var h = UInt32(truncatingIfNeeded: seed) &* 0x9E37_79B9 &+ UInt32(truncatingIfNeeded: index)
        h ^= h >> 16
        h = h &* 0x85EB_CA6B
        h ^= h >> 13
        h = h &* 0xC2B2_AE35
        h ^= h >> 16
        return Float(h >> 8) * 0x1p-24
    }

    /// Those for i from 0.
    package static func uniform(seed: Int, count: Int) -> [Float] { (0..<count).map { uniform(seed: seed, $0) } }
}
