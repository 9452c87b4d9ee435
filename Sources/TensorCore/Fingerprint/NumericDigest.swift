/// A hash over the bits of numbers: FNV-1a with 64 bits, for it tells machines apart and guards nothing.
public struct NumericDigest {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    public mutating func add(_ word: UInt32) { hash = (hash ^ UInt64(word)) &* 0x0000_0100_0000_01B3 }

    public mutating func add(_ floats: UnsafePointer<Float>, count: Int) {
        for index in 0..<count { add(floats[index].bitPattern) }
    }

    public mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { add(UInt32(byte)) }
    }

    /// 16 hexadecimal digits.
    public var text: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
