import CKernels

/// A payload's bytes as float32 values.
package enum PayloadFloats {
    /// Whether no value is NaN or infinite; `bytes` may lie at any address.
    package static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let count = bytes.count / MemoryLayout<Float>.stride
        guard count > 0, let base = bytes.baseAddress else { return true }
        if Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
            return ck_first_nonfinite(base.assumingMemoryBound(to: Float.self), count) == count
        }
        return (0..<count).allSatisfy {
            bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Float>.stride, as: Float.self).isFinite
        }
    }
}
