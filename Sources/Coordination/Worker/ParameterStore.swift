import Adversarial

/// Keeps the parameters that arrive: per network the newest complete version, and the one that is arriving.
///
/// Computations hold the vectors that they read, so a newer version never overwrites one in use.
package struct ParameterStore {
    private struct Entry {
        var version: UInt64
        var vector: PooledVector
    }

    private let pool = VectorPool()
    private var complete: [Network: Entry] = [:]
    private var arriving: [Network: Entry] = [:]

    package init() {}

    /// Keeps a chunk of a network's parameters.
    package mutating func store(
        _ bytes: UnsafeRawBufferPointer, _ network: Network, version: UInt64, chunk: Int, layout: ChunkLayout
    ) {
        if arriving[network]?.version != version || arriving[network]?.vector.count != layout.length {
            arriving[network] = Entry(version: version, vector: pool.take(count: layout.length))
        }
        let start = layout.range(of: chunk).lowerBound
        UnsafeMutableRawPointer(arriving[network]!.vector.pointer + start)
            .copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    }

    /// The version that was arriving is complete.
    package mutating func adopt(_ network: Network, version: UInt64) {
        precondition(arriving[network]?.version == version, "the chunks of a version are stored before it is adopted")
        complete[network] = arriving.removeValue(forKey: network)
    }

    /// A network's complete parameters of that version.
    package func parameters(of network: Network, version: UInt64) -> PooledVector {
        let entry = complete[network]!
        precondition(entry.version == version, "a round is computed with the versions that it names")
        return entry.vector
    }
}
