import TensorCore

/// A rule that computes buffers from the parameters. The coordinator applies it on one thread after each update of the network's
/// parameters; what it computes is part of the run's bits.
public protocol BufferDerivation: Sendable {
    /// The buffers of a run's first parameters.
    ///
    /// - Parameter stream: this derivation's own.
    func begin(_ buffers: DerivedBuffers, stream: RandomStream)

    /// The buffers of new parameters; before, they hold what they were for the parameters before these.
    func update(_ buffers: DerivedBuffers)
}

/// A network's parameters, and the buffers of one derivation in the order in which they were added.
public struct DerivedBuffers {
    private let layout: NetworkLayout
    private let vector: UnsafeMutablePointer<Float>
    private let entries: [BufferEntry]

    init(layout: NetworkLayout, vector: UnsafeMutablePointer<Float>, derivation: Int) {
        self.layout = layout
        self.vector = vector
        entries = layout.buffers.filter { $0.rule == .derived(derivation: derivation) }
    }

    public func parameter(_ index: Int) -> UnsafeBufferPointer<Float> {
        let entry = layout.parameters[index]
        return UnsafeBufferPointer(start: vector + entry.offset, count: entry.shape.count)
    }

    public subscript(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        let entry = entries[index]
        return UnsafeMutableBufferPointer(
            start: vector + layout.parameterCount + entry.offset, count: entry.shape.count)
    }
}

extension NetworkLayout {
    /// Fills the derived buffers behind a run's first parameters.
    ///
    /// - Parameter vector: `vectorCount` elements, of which the parameters are there.
    public func beginDerived(_ vector: UnsafeMutablePointer<Float>, seed: UInt64, network: UInt8) {
        for (number, derivation) in derivations.enumerated() {
            let stream = RandomStream(
                seed: seed, purpose: .initialization, shard: UInt32(network) << 16 | UInt32(0x8000 + number))
            derivation.begin(DerivedBuffers(layout: self, vector: vector, derivation: number), stream: stream)
        }
    }

    /// Computes the derived buffers of new parameters.
    ///
    /// - Parameters:
    ///   - vector: `vectorCount` elements, of which the parameters are new.
    ///   - previous: the vector of the parameters before; may be `vector`.
    public func updateDerived(_ vector: UnsafeMutablePointer<Float>, from previous: UnsafePointer<Float>) {
        guard derivedCount > 0 else { return }
        if UnsafePointer(vector) != previous {
            (vector + parameterCount).update(from: previous + parameterCount, count: derivedCount)
        }
        for (number, derivation) in derivations.enumerated() {
            derivation.update(DerivedBuffers(layout: self, vector: vector, derivation: number))
        }
    }
}
