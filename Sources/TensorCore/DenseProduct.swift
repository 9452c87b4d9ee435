/// Matrix products outside of compiled programs, for what is computed once.
package enum DenseProduct {
    /// C ← A · Bᵀ on the calling thread, which `prepareComputeThread` has prepared.
    ///
    /// - Parameters:
    ///   - a: [rows, inner]
    ///   - b: [columns, inner]
    ///   - c: [rows, columns]
    package static func multiply(
        _ a: UnsafePointer<Float>, byTransposed b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, rows: Int,
        columns: Int, inner: Int
    ) {
        guard rows > 0, columns > 0 else { return }
        withSignalsBlocked {
            sgemm(false, true, rows: rows, columns: columns, inner: inner, a, inner, b, inner, c, columns)
        }
    }
}
