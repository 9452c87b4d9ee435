/// A checksum against damage on the way: 64 bits, not against an adversary.
///
/// Four lanes take eight bytes each in turn, h ← rotate(h ⊕ word, 29) · K with K odd, so every changed bit changes the
/// lane; the lanes and the length are mixed at the end by the finaliser of MurmurHash3 (Appleby, 2011).
package enum PayloadChecksum {
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        let blocks = bytes.count / 32
        for block in 0..<blocks {
            let at = block * 32
            lanes.0 = absorb(lanes.0, word(bytes, at))
            lanes.1 = absorb(lanes.1, word(bytes, at + 8))
            lanes.2 = absorb(lanes.2, word(bytes, at + 16))
            lanes.3 = absorb(lanes.3, word(bytes, at + 24))
        }
        for position in blocks * 32..<bytes.count { lanes.0 = absorb(lanes.0, UInt64(bytes[position])) }
        var result = UInt64(bytes.count)
        for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { result = finish(result &* multiplier ^ lane) }
        return result
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func absorb(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = lane ^ word
        return (mixed << 29 | mixed >> 35) &* multiplier
    }

    private static func finish(_ value: UInt64) -> UInt64 {
        var value = value
        value ^= value >> 33
        value = value &* 0xFF51_AFD7_ED55_8CCD
        value ^= value >> 33
        value = value &* 0xC4CE_B9FE_1A85_EC53
        return value ^ value >> 33
    }
}
