import CKernels
import TensorCore

/// The arithmetic of the reduction: keeps partial sums and adds siblings, in the order that `ReductionProgress` decides.
///
/// The sum of a node lies in the slot of its first shard, so a left child is added to where it lies and the root's sum
/// ends in slot 0, contiguous. Slots are made when first used and kept: a steady state allocates nothing.
package final class ReductionTree {
    private let shape: ReductionShape
    /// Floats of the vectors that are summed.
    package private(set) var length = 0
    private var slots: [AlignedVector?]

    package init(shape: ReductionShape) {
        self.shape = shape
        slots = [AlignedVector?](repeating: nil, count: shape.shards)
    }

    /// Prepares for vectors of `length` floats; what was kept is forgotten.
    package func reset(length: Int) {
        self.length = length
    }

    /// The sum over all shards [length]; valid until the next `reset`.
    package var sum: UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: slot(0), count: length)
    }

    /// Adds the sum of a node over the floats of one chunk, and carries it `levels` levels up.
    ///
    /// - Parameters:
    ///   - bytes: float32 values, at any alignment, as many as `range` has.
    ///   - range: where in the vector they belong.
    ///   - levels: what `ReductionProgress.insert` returned.
    package func insert(_ bytes: UnsafeRawBufferPointer, node: ReductionNode, range: Range<Int>, levels: Int) {
        precondition(bytes.count == range.count * MemoryLayout<Float>.stride, "a chunk fills its range")
        let count = range.count
        var current = node
        // Where the sum of `current` lies: in the frame until it is added or has to be kept.
        var source = alignedFloats(bytes)
        if source == nil { source = keep(bytes, of: node, range: range) }
        for _ in 0..<levels {
            if let sibling = shape.sibling(of: current) {
                let left = slot(min(current.firstShard, sibling.firstShard)) + range.lowerBound
                let other = slot(sibling.firstShard) + range.lowerBound
                if current.isLeftChild {
                    ck_add(source!, other, left, count)
                } else {
                    ck_add(left, source!, left, count)
                }
                source = UnsafePointer(left)
            }
            current = current.parent
        }
        let home = UnsafePointer(slot(current.firstShard) + range.lowerBound)
        if source! != home {
            _ = keep(UnsafeRawBufferPointer(start: source!, count: bytes.count), of: current, range: range)
        }
    }

    private func alignedFloats(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<Float>? {
        guard let base = bytes.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 else {
            return nil
        }
        return base.assumingMemoryBound(to: Float.self)
    }

    private func keep(
        _ bytes: UnsafeRawBufferPointer, of node: ReductionNode, range: Range<Int>
    ) -> UnsafePointer<Float> {
        let home = slot(node.firstShard) + range.lowerBound
        UnsafeMutableRawPointer(home).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        return UnsafePointer(home)
    }

    private func slot(_ shard: Int) -> UnsafeMutablePointer<Float> {
        if let vector = slots[shard], vector.count >= length { return vector.pointer }
        let vector = AlignedVector(uninitialized: length)
        slots[shard] = vector
        return vector.pointer
    }
}
