import NeuralNetworks
import TensorCore
import Testing

/// How parameters begin: PyTorch's defaults.
@Suite struct InitializationTests {
    private func vector(_ layout: NetworkLayout, seed: UInt64, network: UInt8 = 1) -> [Float] {
        var values = [Float](repeating: .nan, count: layout.parameterCount)
        values.withUnsafeMutableBufferPointer {
            layout.initialize($0.baseAddress!, seed: seed, network: network)
        }
        return values
    }

    /// U(−1/√fanIn, 1/√fanIn): variance 1/(3 fanIn).
    @Test func linearBounds() {
        var layout = NetworkLayout()
        _ = Linear("a", inputSize: 400, outputSize: 300, in: &layout)
        let values = vector(layout, seed: 3)
        let bound: Float = 1 / 20
        #expect(values.allSatisfy { abs($0) <= bound })
        let variance = values.reduce(0) { $0 + Double($1 * $1) } / Double(values.count)
        #expect(abs(variance * 1200 - 1) < 0.02)
        #expect(abs(values.reduce(0) { $0 + Double($1) }) / Double(values.count) < 3e-4)
    }

    /// A transposed convolution's fan-in is counted over its outputs, as PyTorch does.
    @Test func transposedConvolutionBounds() {
        var layout = NetworkLayout()
        _ = TransposedConvolution("a", inputChannels: 64, outputChannels: 16, kernel: 4, bias: false, in: &layout)
        let values = vector(layout, seed: 3)
        let bound: Float = 1 / 16
        #expect(values.allSatisfy { abs($0) <= bound })
        #expect(values.contains { abs($0) > 0.99 * bound })
    }

    @Test func seedsAndNetworksDiffer() {
        var layout = NetworkLayout()
        _ = Linear("a", inputSize: 8, outputSize: 8, in: &layout)
        #expect(vector(layout, seed: 1) == vector(layout, seed: 1))
        #expect(vector(layout, seed: 1) != vector(layout, seed: 2))
        #expect(vector(layout, seed: 1, network: 1) != vector(layout, seed: 1, network: 2))
    }

    @Test func batchNormBeginsAsIdentity() {
        var layout = NetworkLayout()
        _ = BatchNorm("a", features: 4, in: &layout)
        #expect(vector(layout, seed: 1) == [1, 1, 1, 1, 0, 0, 0, 0])
        var statistics = [Float](repeating: .nan, count: layout.averageCount)
        statistics.withUnsafeMutableBufferPointer { layout.initializeAverages($0.baseAddress!) }
        #expect(statistics == [0, 0, 0, 0, 1, 1, 1, 1])
    }
}
