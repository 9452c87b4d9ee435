/// Small files in MNIST's format (big-endian; http://yann.lecun.com/exdb/mnist).
enum IDXFixture {
    static func images(count: Int) -> [UInt8] {
        [0, 0, 8, 3] + bigEndian(count) + bigEndian(28) + bigEndian(28)
            + (0..<count * 28 * 28).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    static func labels(count: Int) -> [UInt8] {
        [0, 0, 8, 1] + bigEndian(count) + (0..<count).map { UInt8($0 % 10) }
    }

    /// A gzip file (RFC 1952) of stored blocks (RFC 1951, 3.2.4), without its trailer: good up to where it ends.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var start = 0
        while start < bytes.count {
            let block = bytes[start..<min(bytes.count, start + 65_535)]
            start += block.count
            let length = UInt16(block.count)
            file.append(start == bytes.count ? 1 : 0)
            file += [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
            file += block
        }
        return file
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }
}
