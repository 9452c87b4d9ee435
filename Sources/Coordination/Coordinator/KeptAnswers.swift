import Foundation

/// Workers' answers for verified shards, kept whole until two of them have been compared.
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

    /// Compares two complete answers bit for bit; if they differ, `recompute` gives the correct one.
    ///
    /// - Returns: the lease whose answer is correct (0: the recomputed one), and the leases whose answers are wrong.
    package mutating func verify(
        _ first: UInt64, _ second: UInt64, length: Int, recompute: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows -> (accepted: UInt64, wrong: [UInt64]) {
        let all = 0..<length
        if bytes(lease: first, range: all).isSame(as: bytes(lease: second, range: all)) { return (first, []) }
        let own = pool.take(count: length)
        try recompute(own.mutableFloats)
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
