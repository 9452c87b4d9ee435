import NeuralNetworks
import TensorCore
import Testing

/// Our order of a parameter's elements and PyTorch's.
@Suite struct TorchOrderTests {
    @Test func filterAxes() {
        // PyTorch's [filters, channels, height, width] = [2, 3, 1, 2], numbered; ours is [height, width, channels, filters].
        var layout = NetworkLayout()
        _ = Convolution(
            "conv", inputChannels: 3, outputChannels: 2, kernel: 2, bias: false, in: &layout)
        let order = layout.parameters[0].order
        #expect(order.shape == [2, 3, 2, 2])
        let torch = (0..<24).map(Float.init)
        let ours = order.fromTorch(torch)
        for a in 0..<2 {
            for b in 0..<2 {
                for c in 0..<3 {
                    for f in 0..<2 {
                        #expect(ours[((a * 2 + b) * 3 + c) * 2 + f] == torch[((f * 3 + c) * 2 + a) * 2 + b])
                    }
                }
            }
        }
        #expect(order.toTorch(ours) == torch)
    }

    /// A linear layer behind a flatten sees features channels first in PyTorch, channels last here.
    @Test func linearBesideAnImage() {
        var layout = NetworkLayout()
        let image = ImageFeatures(height: 2, width: 3, channels: 4)
        _ = Linear("in", inputSize: 24, outputSize: 5, inputFeatures: image, in: &layout)
        _ = Linear("out", inputSize: 5, outputSize: 24, outputFeatures: image, in: &layout)
        let torch = (0..<120).map(Float.init)
        let input = layout.parameters[0].order.fromTorch(torch)
        let output = layout.parameters[2].order.fromTorch(torch)
        for y in 0..<2 {
            for x in 0..<3 {
                for c in 0..<4 {
                    let (ours, theirs) = ((y * 3 + x) * 4 + c, (c * 2 + y) * 3 + x)
                    for k in 0..<5 {
                        #expect(input[k * 24 + ours] == torch[k * 24 + theirs])
                        #expect(output[ours * 5 + k] == torch[theirs * 5 + k])
                    }
                }
            }
        }
        for entry in layout.parameters {
            let values = (0..<entry.shape.count).map(Float.init)
            #expect(entry.order.toTorch(entry.order.fromTorch(values)) == values, "\(entry.name)")
        }
    }

    @Test func layoutsAreContiguous() {
        var layout = NetworkLayout()
        _ = Linear("a", inputSize: 3, outputSize: 5, in: &layout)
        _ = BatchNorm("b", features: 5, in: &layout)
        _ = BatchNorm("c", features: 7, in: &layout)
        #expect(layout.parameters.map(\.name) == ["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"])
        var offset = 0
        for entry in layout.parameters {
            #expect(entry.offset == offset)
            offset += entry.shape.count
        }
        #expect(layout.parameterCount == offset)
        #expect(layout.buffers.map(\.offset) == [0, 5, 0, 10, 17, 0])
        #expect(layout.averageCount == 24)
    }
}
