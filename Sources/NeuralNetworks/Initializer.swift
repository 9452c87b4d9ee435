import TensorCore

/// How a parameter begins.
public enum Initializer: Sendable, Hashable {
    case constant(Float)
    /// Uniform in [−bound, bound). PyTorch's default for linear and convolutional layers has bound 1/√fanIn
    /// (He et al., 2015, with a = √5).
    case uniform(bound: Float)
    case normal(mean: Float, deviation: Float)

    /// PyTorch's default for a layer whose outputs are sums of `fanIn` terms.
    public static func torchDefault(fanIn: Int) -> Initializer {
        .uniform(bound: 1 / Float(fanIn).squareRoot())
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

    /// Fills a vector of running statistics: means 0, variances 1.
    public func initializeStatistics(_ vector: UnsafeMutablePointer<Float>) {
        for entry in statistics {
            (vector + entry.offset).update(repeating: 0, count: entry.features)
            (vector + entry.offset + entry.features).update(repeating: 1, count: entry.features)
        }
    }
}
