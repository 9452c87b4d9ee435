import TensorCore

/// How a parameter begins.
public enum Initializer: Sendable, Hashable {
    case constant(Float)
    /// Uniform in [−bound, bound). PyTorch's default for linear and convolutional layers has bound 1/√fanIn
    /// (He et al., 2015, with a = √5).
    case uniform(bound: Float)
    case normal(mean: Float, standardDeviation: Float)

    /// PyTorch's default for a layer whose outputs are sums of `fanIn` terms.
    public static func torchDefault(fanIn: Int) -> Initializer {
        .uniform(bound: 1 / Float(fanIn).squareRoot())
    }

    /// Glorot and Bengio's, 2010: uniform with bound gain · √(6 / (fanIn + fanOut)).
    public static func xavier(fanIn: Int, fanOut: Int, gain: Float = 1) -> Initializer {
        .uniform(bound: gain * (6 / Float(fanIn + fanOut)).squareRoot())
    }

    /// N(0, gain² / fanIn) (He et al., 2015).
    public static func scaledNormal(fanIn: Int, gain: Float = 1) -> Initializer {
        .normal(mean: 0, standardDeviation: gain / Float(fanIn).squareRoot())
    }

    func fill(_ values: UnsafeMutableBufferPointer<Float>, from stream: RandomStream) {
        switch self {
        case .constant(let value): values.update(repeating: value)
        case .uniform(let bound): stream.fillUniform(values, low: -bound, high: bound)
        case .normal(let mean, let deviation): stream.fillNormal(values, mean: mean, deviation: deviation)
        }
    }
}

extension NetworkLayout {
    /// Fills a parameter vector: parameter k of the network from the stream of its own number.
    public func initialize(_ vector: UnsafeMutablePointer<Float>, seed: UInt64, network: UInt8) {
        for (index, entry) in parameters.enumerated() {
            let stream = RandomStream(
                seed: seed, purpose: .initialization, shard: UInt32(network) << 16 | UInt32(index))
            entry.initializer.fill(
                UnsafeMutableBufferPointer(start: vector + entry.offset, count: entry.shape.count), from: stream)
        }
    }

    /// Fills a vector of moving averages.
    public func initializeAverages(_ vector: UnsafeMutablePointer<Float>) {
        for entry in buffers {
            guard case .movingAverage = entry.rule else { continue }
            (vector + entry.offset).update(repeating: entry.initial, count: entry.shape.count)
        }
    }
}
