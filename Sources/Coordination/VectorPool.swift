import Foundation
import TensorCore

/// Vectors for use again and again: one goes back by itself when its last holder lets go, on whatever thread.
package final class VectorPool: @unchecked Sendable {  // all state is behind the lock
    private let lock = NSLock()
    private var free: [AlignedVector] = []

    package init() {}

    /// A vector of `count` floats, not initialised.
    package func take(count: Int) -> PooledVector {
        let kept = lock.withLock { () -> AlignedVector? in
            guard let index = free.lastIndex(where: { $0.count >= count }) else {
                // The new one, which is longer, can stand in for one that is too short: so many stay as were ever in use at once.
                _ = free.popLast()
                return nil
            }
            return free.remove(at: index)
        }
        return PooledVector(kept ?? AlignedVector(uninitialized: count), count: count, pool: self)
    }

    fileprivate func giveBack(_ vector: AlignedVector) {
        lock.withLock { free.append(vector) }
    }
}

/// A vector on loan from a pool.
package final class PooledVector: @unchecked Sendable {  // its holder writes, then shares it for reading only
    private let storage: AlignedVector
    private let pool: VectorPool
    package let count: Int

    fileprivate init(_ storage: AlignedVector, count: Int, pool: VectorPool) {
        self.storage = storage
        self.count = count
        self.pool = pool
    }

    deinit { pool.giveBack(storage) }

    package var pointer: UnsafeMutablePointer<Float> { storage.pointer }
    package var floats: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: storage.pointer, count: count) }
    package var mutableFloats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: storage.pointer, count: count)
    }
}
