import TensorCore
import Testing

/// Convolutions in groups against the sums as they are written.
@Suite struct GroupedConvolutionTests {
    private static func shape(
        _ batch: Int, _ height: Int, _ width: Int, _ channels: Int, _ filters: Int, groups: Int, kernel: Int = 3,
        stride: Int = 1, padding: Int = 1
    ) -> ConvolutionCase {
        ConvolutionCase(
            batch: batch, height: height, width: width, channels: channels, filters: filters, kernel: kernel,
            stride: stride, padding: padding, groups: groups)
    }

    /// Groups of 1 to 33 channels, along images and along rows, whole vectors and rests, several blocks of each kind.
    static let cases = [
        shape(8, 4, 4, 64, 64, groups: 4), shape(17, 8, 8, 32, 32, groups: 2), shape(3, 6, 5, 32, 32, groups: 2),
        shape(2, 24, 40, 32, 32, groups: 2), shape(1, 70, 130, 16, 16, groups: 2),
        shape(9, 6, 6, 64, 64, groups: 2), shape(2, 20, 17, 66, 66, groups: 2), shape(8, 5, 5, 24, 40, groups: 2),
        // Several groups in a vector, with a last one that is not full.
        shape(8, 6, 6, 32, 32, groups: 4), shape(8, 7, 5, 40, 40, groups: 10), shape(2, 9, 20, 36, 36, groups: 18),
        shape(8, 6, 6, 48, 48, groups: 48), shape(2, 18, 18, 20, 20, groups: 20), shape(1, 5, 5, 8, 8, groups: 8),
        shape(3, 4, 4, 4, 4, groups: 2), shape(20, 5, 6, 16, 16, groups: 2),
        // More filters than channels, and fewer.
        shape(8, 6, 6, 8, 32, groups: 8), shape(2, 6, 6, 32, 8, groups: 4), shape(2, 18, 7, 6, 15, groups: 3),
        // Other kernels, strides and paddings.
        shape(8, 8, 8, 32, 32, groups: 2, kernel: 1, padding: 0),
        shape(5, 4, 4, 24, 24, groups: 24, kernel: 4, padding: 0),
        shape(8, 9, 8, 32, 48, groups: 2, kernel: 4, stride: 2), shape(2, 21, 40, 32, 32, groups: 8, stride: 2),
        shape(8, 9, 9, 32, 32, groups: 2, kernel: 2, stride: 3, padding: 0),
        shape(8, 5, 5, 16, 16, groups: 4, kernel: 5, padding: 2),
        shape(2, 6, 20, 16, 16, groups: 2, kernel: 1, padding: 2),
    ]

    /// Small whole numbers: all sums are then exact, so every element must be equal.
    @Test(arguments: cases) func wholeNumbersAreExact(_ shape: ConvolutionCase) {
        let (image, filter, upstream) = shape.operands(seed: 7) { Float(Int($0 % 7) - 3) }
        let expected = shape.plainly(image: image, filter: filter, upstream: upstream)
        let (values, labels) = shape.run(image: image, filter: filter, upstream: upstream)
        for form in ["forward", "imageGradient", "filterGradient"] {
            #expect(labels.contains { $0.hasPrefix("GroupedConvolution \(form)") }, "\(form) is not in \(labels)")
        }
        #expect(values[0].map(Double.init) == expected.outputs)
        #expect(values[1].map(Double.init) == expected.image)
        #expect(values[2].map(Double.init) == expected.filter)
    }

    /// Sums begin with +0 and are rounded once a product: a filter of one channel and one tap only multiplies.
    @Test func aSingleProductIsRoundedOnce() {
        let shape = Self.shape(2, 3, 3, 16, 16, groups: 16, kernel: 1, padding: 0)
        let (image, filter, upstream) = shape.operands(seed: 3) { Float($0) / Float(1 << 30) - 1 }
        let (values, _) = shape.run(image: image, filter: filter, upstream: upstream)
        #expect(values[0] == image.indices.map { image[$0] * filter[$0 % 16] })
    }

    /// A discriminator's gradient of its real and its fake pass: the second is added where the first one lies.
    @Test(arguments: [1, 4, 16]) func filterGradientsAreAdded(width: Int) {
        let shape = Self.shape(8, 6, 6, 32, 32, groups: 32 / width)
        let (image, filter, upstream) = shape.operands(seed: 11) { Float(Int($0 % 7) - 3) }
        let reversed = Array(image.reversed())
        var trial = Trial()
        let w = trial.input(filter, shape: [3, 3, width, 32])
        let g = trial.input(upstream, shape: [8, 6, 6, 32])
        let losses = [image, reversed].map { image in
            (trial.input(image, shape: [8, 6, 6, 32]).convolved(with: w, padding: 1, groups: shape.groups) * g).sum()
        }
        let gradient = losses[0].gradients(by: [w])[0] + losses[1].gradients(by: [w])[0]
        let expected = zip(
            shape.plainly(image: image, filter: filter, upstream: upstream).filter,
            shape.plainly(image: reversed, filter: filter, upstream: upstream).filter
        ).map { Float($0 + $1) }
        #expect(trial.run([gradient])[0] == expected)
        // Two products, and no loop that adds them.
        #expect(!trial.labels([gradient]).contains { $0.hasPrefix("ElementwiseLoop") })
    }

    /// 2 operations for each product of two elements, in every form.
    @Test func operationsAreCounted() {
        let graph = Graph()
        let image = graph.input(slot: 0, shape: [2, 6, 6, 32])
        let filter = graph.input(slot: 1, shape: [3, 3, 8, 48])
        _ = image.convolved(with: filter, padding: 1, groups: 4).sum().gradients(by: [image, filter])
        let kernels = graph.productKernels
        #expect(kernels.map(\.floatingPointOperations) == Array(repeating: 2 * 2 * 36 * 9 * 8 * 48, count: 3))
        #expect(kernels.allSatisfy { $0.label.contains("in 4 groups") })
    }
}
