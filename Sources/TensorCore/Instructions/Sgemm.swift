import CKernels
import COneDNN

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// C ← op(A) · op(B) + β · C in row-major order, by oneDNN's `dnnl_sgemm` on the calling thread alone: with more than
/// one thread it splits the sum, and the bits change.
///
/// Callers block signals for the time of the product: see `withSignalsBlocked`.
@inline(__always)
func sgemm(
    _ transposeA: Bool, _ transposeB: Bool, rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>,
    _ strideA: Int, _ b: UnsafePointer<Float>, _ strideB: Int, beta: Float = 0, _ c: UnsafeMutablePointer<Float>,
    _ strideC: Int
) {
    let no = CChar(UInt8(ascii: "N"))
    let yes = CChar(UInt8(ascii: "T"))
    let status = dnnl_sgemm(
        transposeA ? yes : no, transposeB ? yes : no, dnnl_dim_t(rows), dnnl_dim_t(columns), dnnl_dim_t(inner), 1, a,
        dnnl_dim_t(strideA), b, dnnl_dim_t(strideB), beta, c, dnnl_dim_t(strideC))
    precondition(status == dnnl_success, "dnnl_sgemm refused [\(rows), \(inner)] · [\(inner), \(columns)]")
}

/// Prepares the calling thread for computing: rounding, denormals, and one OpenMP thread for oneDNN.
///
/// Every thread that runs programs calls this before.
public func prepareComputeThread() {
    ck_set_numeric_mode()
    setOpenMPThreads?(1)
}

/// oneDNN's threads are OpenMP's; a build of it without OpenMP has none to limit.
private let setOpenMPThreads: (@convention(c) (Int32) -> Void)? = {
    #if canImport(Darwin)
        let everywhere = UnsafeMutableRawPointer(bitPattern: -2)  // RTLD_DEFAULT
    #else
        let everywhere: UnsafeMutableRawPointer? = nil
    #endif
    return dlsym(everywhere, "omp_set_num_threads").map {
        unsafeBitCast($0, to: (@convention(c) (Int32) -> Void).self)
    }
}()
