#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The owner of float32 memory on a cache line's boundary: allocated with it, freed with it.
///
/// Large memory is in pages of 2 MiB where the system has them to give: a step goes through all of it, and the addresses of
/// small pages do not fit in the processor's table (dcgan-28: a twentieth of a step).
public final class AlignedVector: @unchecked Sendable {  // its holders agree on who writes
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    private static let cacheLine = 64
    private static let largePage = 2 << 20

    /// `count` numbers of any value.
    public init(uninitialized count: Int) {
        self.count = count
        let byteCount = max(1, MemoryPlanner.aligned(count)) * MemoryLayout<Float>.stride
        let isLarge = byteCount >= Self.largePage
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount, alignment: isLarge ? Self.largePage : Self.cacheLine)
        #if os(Linux)
            // Before the memory is touched; advice that is refused changes nothing.
            if isLarge { _ = madvise(bytes, byteCount, MADV_HUGEPAGE) }
        #endif
        pointer = bytes.bindMemory(to: Float.self, capacity: max(1, count))
    }

    /// `count` zeros.
    public convenience init(count: Int) {
        self.init(uninitialized: count)
        pointer.initialize(repeating: 0, count: max(1, count))
    }

    /// A copy of `values`.
    public convenience init(_ values: some Collection<Float>) {
        self.init(count: values.count)
        _ = mutableFloats.update(fromContentsOf: values)
    }

    deinit { pointer.deallocate() }

    public var floats: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: pointer, count: count) }
    public var mutableFloats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }
    public var array: [Float] { Array(floats) }
}
