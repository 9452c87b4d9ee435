#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

private let cacheLine = 64
private let largePage = 2 << 20

/// Memory for `count` float32 zeros on a cache line's boundary; `deallocate()` frees it.
public func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let floats = allocateUninitializedFloats(count)
    floats.initialize(repeating: 0, count: max(1, count))
    return floats
}

/// Memory for `count` float32 numbers on a cache line's boundary, with any values; `deallocate()` frees it.
///
/// Large memory is in pages of 2 MiB where the system has them to give: a step goes through all of it, and the addresses of
/// small pages do not fit in the processor's table (dcgan-28: a twentieth of a step).
public func allocateUninitializedFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let byteCount = max(1, MemoryPlanner.aligned(count)) * MemoryLayout<Float>.stride
    let isLarge = byteCount >= largePage
    let bytes = UnsafeMutableRawPointer.allocate(
        byteCount: byteCount, alignment: isLarge ? largePage : cacheLine)
    #if os(Linux)
        // Before the memory is touched; advice that is refused changes nothing.
        if isLarge { _ = madvise(bytes, byteCount, MADV_HUGEPAGE) }
    #endif
    return bytes.bindMemory(to: Float.self, capacity: max(1, count))
}
