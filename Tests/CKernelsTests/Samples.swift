import CKernels
import Foundation
import TestSupport

extension SeededRandom {
    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -4...4) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }
}

/// Every sign and exponent, with mantissas at both ends and `perExponent` between; infinities and NaN are not among them.
func floatsOfEveryExponent(perExponent: Int, seed: UInt64 = 1) -> [Float] {
    var generator = SeededRandom(seed: seed)
    var values: [Float] = []
    for exponent in UInt32(0)..<255 {
        var mantissas: [UInt32] = [0, 1, 0x7F_FFFF, 0x7F_FFFE, 0x40_0000]
        for _ in 0..<perExponent { mantissas.append(UInt32.random(in: 0...0x7F_FFFF, using: &generator)) }
        for mantissa in mantissas {
            values.append(Float(bitPattern: exponent << 23 | mantissa))
            values.append(Float(bitPattern: 1 << 31 | exponent << 23 | mantissa))
        }
    }
    return values
}

/// y = f(x) by a kernel of one operand.
func apply(_ kernel: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void, _ x: [Float]) -> [Float] {
    var y = [Float](repeating: .nan, count: x.count)
    kernel(x, &y, x.count)
    return y
}

/// Same bits, where any NaN is as good as another.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}

/// Lengths around the widths of the loops.
let awkwardLengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 255, 257, 1023, 1025, 2500]

/// Runs `body` with denormals kept, as a thread begins: another test may have prepared this pooled thread for computing.
func keepingDenormals<Result>(_ body: () throws -> Result) rethrows -> Result {
    #if arch(x86_64) && canImport(Glibc)
        var environment = fenv_t()
        fegetenv(&environment)
        var standard = environment
        standard.__mxcsr &= ~0x8040  // flush to zero, denormals are zero
        fesetenv(&standard)
        defer { fesetenv(&environment) }
    #endif
    return try body()
}
