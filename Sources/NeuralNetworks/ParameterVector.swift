import TensorCore

/// A vector of float32 on a cache line's boundary, shared by reference: a network's parameters at one version.
///
/// Written by its maker only, and never again once it has been handed out.
public final class ParameterVector: @unchecked Sendable {
    // @unchecked: contents are written before the vector is shared, and only read afterwards.
    private let memory: AlignedVector

    public init(count: Int) { memory = AlignedVector(count: count) }

    public var values: UnsafeMutablePointer<Float> { memory.pointer }
    public var count: Int { memory.count }
    public var buffer: UnsafeBufferPointer<Float> { memory.floats }
    public var array: [Float] { memory.array }
}

/// Vectors of one length, taken again when nobody else holds them any more.
public struct ParameterVectorPool {
    private var vectors: [ParameterVector] = []
    private let count: Int

    public init(count: Int) {
        self.count = count
    }

    /// A vector that only the caller (and the pool) holds. Its contents are whatever they were.
    public mutating func take() -> ParameterVector {
        for index in vectors.indices where isKnownUniquelyReferenced(&vectors[index]) {
            return vectors[index]
        }
        vectors.append(ParameterVector(count: count))
        return vectors[vectors.count - 1]
    }
}
