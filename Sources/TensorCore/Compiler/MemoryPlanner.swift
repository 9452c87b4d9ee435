/// Places buffers with known lifetimes in one arena: the largest first, each at the lowest place that no buffer alive
/// at the same time occupies.
struct MemoryPlanner {
    struct Buffer {
        /// Elements, rounded up to the alignment when placed.
        var count: Int
        /// First and last step at which the buffer is in use.
        var lifetime: ClosedRange<Int>
    }

    /// 64 bytes: a cache line, and the widest vector.
    static let alignment = 16

    static func aligned(_ count: Int) -> Int {
        (count + alignment - 1) / alignment * alignment
    }

    /// The offset of each buffer, and the arena's size, in elements.
    static func place(_ buffers: [Buffer]) -> (offsets: [Int], size: Int) {
        var offsets = [Int](repeating: 0, count: buffers.count)
        var placed: [Int] = []
        var size = 0
        let order = buffers.indices.sorted {
            (buffers[$0].count, buffers[$1].lifetime.lowerBound, $1) > (
                buffers[$1].count, buffers[$0].lifetime.lowerBound, $0
            )
        }
        for index in order {
            let count = aligned(buffers[index].count)
            let rivals = placed.filter { buffers[$0].lifetime.overlaps(buffers[index].lifetime) }
                .sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for rival in rivals {
                if offset + count <= offsets[rival] { break }
                offset = max(offset, offsets[rival] + aligned(buffers[rival].count))
            }
            offsets[index] = offset
            placed.append(index)
            size = max(size, offset + count)
        }
        return (offsets, size)
    }
}
