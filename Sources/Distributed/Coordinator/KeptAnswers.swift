import Foundation

/// Answers of workers to the same shard, kept whole until it is known which is right.
package struct KeptAnswers {
    private let pool = VectorPool()
    /// By lease; 0 is the coordinator's own.
    private var vectors: [UInt64: PooledVector] = [:]

    package init() {}

    package mutating func removeAll() { vectors.removeAll(keepingCapacity: true) }

    /// Keeps a chunk of a lease's answer.
    package mutating func keep(_ bytes: UnsafeRawBufferPointer, lease: UInt64, chunk: Int, layout: ChunkLayout) {
        let vector = vectors[lease] ?? pool.take(count: layout.length)
        vectors[lease] = vector
        UnsafeMutableRawPointer(vector.pointer + layout.range(of: chunk).lowerBound)
            .copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    }

    /// Compares two complete answers bit for bit; where they differ, `judge` computes what is right.
    ///
    /// - Returns: the answer to take, 0 for the judge's, and the leases whose answers are wrong.
    package mutating func compare(
        _ first: UInt64, _ second: UInt64, length: Int, judge: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows -> (accepted: UInt64, wrong: [UInt64]) {
        let all = 0..<length
        if bytes(lease: first, range: all).isSame(as: bytes(lease: second, range: all)) { return (first, []) }
        let own = pool.take(count: length)
        try judge(own.mutableFloats)
        vectors[0] = own
        let right = bytes(lease: 0, range: all)
        return (0, [first, second].filter { !bytes(lease: $0, range: all).isSame(as: right) })
    }

    /// The floats of a kept answer, as they came.
    package func bytes(lease: UInt64, range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: vectors[lease]!.floats[range]))
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && (count == 0 || memcmp(baseAddress!, other.baseAddress!, count) == 0)
    }
}
