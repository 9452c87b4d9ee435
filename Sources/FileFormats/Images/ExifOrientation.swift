/// How a camera was held: the Orientation tag (274) of Exif (CIPA DC-008, 4.6.4), or XMP's `tiff:Orientation`.
///
/// 1 is upright; 2 mirrored; 3 turned by 180°; 4 mirrored top to bottom; 5 transposed; 6 to be turned clockwise by 90°;
/// 7 transposed over the other diagonal; 8 to be turned counterclockwise by 90°.
enum ExifOrientation {
    /// The orientation as Pillow's `ImageOps.exif_transpose` finds it: in the first directory of `exif`, whatever the
    /// tag's number type; in `xmp` where Exif has no such tag. 1 when both have none, or nonsense.
    static func value(exif: [UInt8]?, xmp: [UInt8]?) -> Int {
        var directory = exif.flatMap(ExifDirectory.init)
        if let found = directory?.orientation() { return (1...8).contains(found) ? found : 1 }
        let found = xmp.flatMap(xmpOrientation) ?? 1
        return (1...8).contains(found) ? found : 1
    }

    /// The digit of the first `tiff:Orientation="6"` or `<tiff:Orientation>6`.
    private static func xmpOrientation(_ xmp: [UInt8]) -> Int? {
        let name = Array("tiff:Orientation".utf8)
        return xmp.withUnsafeBufferPointer { xmp in
            guard xmp.count >= name.count + 2 else { return nil }
            for start in 0...(xmp.count - name.count - 2) where xmp[start] == name[0] {
                guard xmp[start...].starts(with: name) else { continue }
                var rest = xmp[(start + name.count)...]
                if rest.starts(with: Array("=\"".utf8)) {
                    rest = rest.dropFirst(2)
                } else if rest.first == UInt8(ascii: ">") {
                    rest = rest.dropFirst()
                } else {
                    continue
                }
                if let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
                    return Int(digit - UInt8(ascii: "0"))
                }
            }
            return nil
        }
    }
}

/// The first directory of an Exif block, which is a TIFF file (TIFF 6.0, section 2) without an image.
private struct ExifDirectory {
    private static let orientationTag = 274
    /// Bytes of one value, by type from 0; 0: no such type.
    private static let unitSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8]

    private let bytes: ArraySlice<UInt8>
    private let isBigEndian: Bool
    private var place: Int

    /// Nil when `block`, after "Exif" and two zeros once or twice, does not begin as a TIFF file.
    init?(_ block: [UInt8]) {
        var bytes = block[...]
        let prefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
        for _ in 0..<2 where bytes.starts(with: prefix) { bytes = bytes.dropFirst(prefix.count) }
        guard bytes.count >= 8 else { return nil }
        let header = Array(bytes.prefix(4))
        let littleEndian: [[UInt8]] = [[0x49, 0x49, 0x2a, 0], [0x49, 0x49, 0, 0x2a]]
        let bigEndian: [[UInt8]] = [[0x4d, 0x4d, 0, 0x2a], [0x4d, 0x4d, 0x2a, 0]]
        guard littleEndian.contains(header) || bigEndian.contains(header) else { return nil }
        self.bytes = bytes
        isBigEndian = bigEndian.contains(header)
        place = 0
        place = Int(number(at: 4, size: 4) ?? 0)
    }

    /// The first value of the first valid entry for the orientation; a value that is no integer is 0. Nil when there
    /// is none before the directory ends or breaks off.
    mutating func orientation() -> Int? {
        guard let count = number(at: place, size: 2) else { return nil }
        var seen: Set<Int> = []
        var outside: UInt64 = 0
        for index in 0..<Int(count) {
            let entry = place + 2 + 12 * index
            guard let tag = number(at: entry, size: 2).map(Int.init), let type = number(at: entry + 2, size: 2),
                let valueCount = number(at: entry + 4, size: 4), entry + 12 <= bytes.count
            else { return nil }
            guard !seen.contains(tag), type < Self.unitSizes.count, Self.unitSizes[Int(type)] > 0 else { continue }
            let unit = Self.unitSizes[Int(type)]
            let size = valueCount * UInt64(unit)
            guard size > 0 else { continue }
            var value = entry + 8
            if size > 4 {
                outside += size
                guard outside <= UInt64(bytes.count) else { continue }
                value = Int(number(at: entry + 8, size: 4) ?? 0)
                guard value + Int(size) <= bytes.count else { return nil }
            }
            seen.insert(tag)
            if tag == Self.orientationTag { return integer(at: value, type: Int(type), size: unit) }
        }
        return nil
    }

    /// A value of a number type as an integer; 0 for bytes, text and fractions.
    private func integer(at place: Int, type: Int, size: Int) -> Int {
        guard let bits = number(at: place, size: size) else { return 0 }
        switch type {
        case 3, 4, 6, 8, 9, 13, 16: return Int(truncatingIfNeeded: bits)
        case 5, 10:
            let (first, second) = (number(at: place, size: 4) ?? 0, number(at: place + 4, size: 4) ?? 0)
            return second > 0 && first.isMultiple(of: second) ? Int(first / second) : 0
        case 11: return Int(exactly: Float(bitPattern: UInt32(bits))) ?? 0
        case 12: return Int(exactly: Double(bitPattern: bits)) ?? 0
        default: return 0
        }
    }

    private func number(at place: Int, size: Int) -> UInt64? {
        guard place >= 0, place <= bytes.count - size else { return nil }
        let digits = bytes[(bytes.startIndex + place)...].prefix(size)
        return (isBigEndian ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
