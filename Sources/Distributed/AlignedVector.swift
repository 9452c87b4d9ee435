import TensorCore

/// Float32 memory on a cache line's boundary.
package final class AlignedVector: @unchecked Sendable {  // whoever shares it agrees on who writes
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int

    /// Memory that is not initialised.
    package init(count: Int) {
        self.count = count
        pointer = allocateUninitializedFloats(count)
    }

    deinit { pointer.deallocate() }

    package var floats: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: pointer, count: count) }
    package var mutableFloats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }
}
