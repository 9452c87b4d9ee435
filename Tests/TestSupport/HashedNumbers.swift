/// The numbers that scripts/golden_files.py puts into golden files.
enum HashedNumbers {
    /// u(seed, i) in [0, 1) for i from 0: murmur3's finaliser of seed · 0x9E3779B9 + i, its upper 24 bits.
    static func uniform(seed: Int, count: Int) -> [Float] {
        let start = UInt32(truncatingIfNeeded: seed) &* 0x9E37_79B9
        return (0..<count).map { index in
            var h = start &+ UInt32(truncatingIfNeeded: index)
            h ^= h >> 16
            h = h &* 0x85EB_CA6B
            h ^= h >> 13
            h = h &* 0xC2B2_AE35
            h ^= h >> 16
            return Float(h >> 8) * 0x1p-24
        }
    }
}
