/// Changes to a file's bytes that know nothing of its format.
package enum ByteMutation {
    /// Numbers at which arithmetic of one width or another goes wrong.
    package static let extremes: [UInt64] = [
        0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_fffe, .max,
    ]

    /// One to four changes.
    package static func apply(to bytes: inout [UInt8], _ random: inout SeededRandom) {
        for _ in 0...random.below(4) { applyOne(to: &bytes, &random) }
    }

    /// A bit flipped, a byte or a number replaced; or bytes cut off, removed, doubled, added or exchanged.
    package static func applyOne(to bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(random.below(256))) }
        switch random.below(9) {
        case 0, 1: bytes[random.below(bytes.count)] ^= 1 << random.below(8)
        case 2: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 3: replaceNumber(in: &bytes, from: 0, to: bytes.count, &random)
        case 4: bytes.removeLast(1 + random.below(bytes.count))
        case 5: bytes.removeSubrange(range(in: bytes, &random))
        case 6: bytes.insert(contentsOf: bytes[range(in: bytes, &random)], at: random.below(bytes.count + 1))
        case 7:
            let added = (0..<1 + random.below(16)).map { _ in UInt8(random.below(256)) }
            bytes.insert(contentsOf: added, at: random.below(bytes.count + 1))
        default:
            let (first, second) = (range(in: bytes, &random), range(in: bytes, &random))
            let moved = bytes[second]
            bytes.replaceSubrange(first, with: moved)
        }
    }

    /// Puts an extreme number of 1, 2, 4 or 8 bytes, of either order, somewhere between two places.
    package static func replaceNumber(
        in bytes: inout [UInt8], from start: Int, to end: Int, _ random: inout SeededRandom
    ) {
        let width = min([1, 2, 4, 8][random.below(4)], end - start)
        guard width > 0 else { return }
        let value = extremes[random.below(extremes.count)]
        let littleEndian = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        let place = start + random.below(end - start - width + 1)
        bytes.replaceSubrange(
            place..<place + width, with: random.chance(0.5) ? littleEndian : littleEndian.reversed())
    }

    /// Mostly short.
    private static func range(in bytes: [UInt8], _ random: inout SeededRandom) -> Range<Int> {
        let longest = random.chance(0.7) ? min(16, bytes.count) : bytes.count
        let length = 1 + random.below(longest)
        let start = random.below(bytes.count - length + 1)
        return start..<start + length
    }
}
