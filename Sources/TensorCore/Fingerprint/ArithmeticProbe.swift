import CKernels

/// What this machine's arithmetic gives for a fixed probe: machines with equal fingerprints compute equal bits.
///
/// The probe runs matrix products of the kinds and shapes that presets have (oneDNN chooses its kernel by processor and
/// shape) and every approximated function. It prepares the calling thread for computing.
public enum NumericFingerprint {
    /// 16 hexadecimal digits.
    public static func compute() -> String {
        prepareComputeThread()
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
            // FNV-1a over the bits; no adversary is meant.
            for index in 0..<count { hash = (hash ^ UInt64(values[index].bitPattern)) &* 0x0000_0100_0000_01B3 }
        }
        let largest = 256 * 1024
        let (a, b, c) = (allocateFloats(largest), allocateFloats(largest), allocateFloats(largest))
        defer { for buffer in [a, b, c] { buffer.deallocate() } }
        for (index, buffer) in [a, b].enumerated() {
            RandomStream(seed: 0, purpose: .evaluation, step: UInt64(index))
                .fillNormal(UnsafeMutableBufferPointer(start: buffer, count: largest))
        }
        mix(a, 1024)
        for (rows, columns, inner) in [(32, 784, 256), (98, 128, 1024), (147, 64, 48), (49, 1024, 128), (576, 10, 25)] {
            for (transposeA, transposeB, beta) in [
                (false, false, 0), (false, true, 0), (true, false, 0), (true, false, 1),
            ] as [(Bool, Bool, Float)] {
                sgemm(
                    transposeA, transposeB, rows: rows, columns: columns, inner: inner, a, transposeA ? rows : inner, b,
                    transposeB ? inner : columns, beta: beta, c, columns)
                mix(c, rows * columns)
            }
        }
        for function in [ck_exponential, ck_hyperbolic_tangent, ck_sigmoid, ck_softplus, ck_sine, ck_cosine] {
            function(a, c, 4096)
            mix(c, 4096)
        }
        ck_absolute(a, b, 4096)
        ck_logarithm(b, c, 4096)
        mix(c, 4096)
        var sum = Float(ck_sum(a, 4096))
        mix(&sum, 1)
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
