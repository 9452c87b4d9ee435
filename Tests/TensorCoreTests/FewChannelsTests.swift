import TensorCore
import Testing

/// How convolutions of few channels and few filters are computed, against the sums as they are written.
@Suite struct FewChannelsTests {
    struct Example: Sendable {
        var shape: ConvolutionCase
        /// What the instructions of the three forms begin with: forward, image gradient, filter gradient.
        var labels: [String]
    }

    static let examples = [
        Example(
            shape: ConvolutionCase(
                batch: 32, height: 28, width: 28, channels: 1, filters: 10, kernel: 5, stride: 1, padding: 0),
            labels: [
                "InterleavedConvolution forward", "PlaneConvolution imageGradient", "PlaneConvolution filterGradient",
            ]),
        Example(
            shape: ConvolutionCase(
                batch: 3, height: 11, width: 12, channels: 1, filters: 10, kernel: 5, stride: 1, padding: 2),
            labels: [
                "PlaneConvolution forward", "PlaneConvolution imageGradient", "PlaneConvolution filterGradient",
            ]),
        Example(
            shape: ConvolutionCase(
                batch: 2, height: 34, width: 34, channels: 16, filters: 1, kernel: 7, stride: 1, padding: 0),
            labels: [
                "PlaneConvolution forward", "PlaneConvolution imageGradient", "PlaneConvolution filterGradient",
            ]),
        Example(
            shape: ConvolutionCase(
                batch: 2, height: 9, width: 10, channels: 20, filters: 1, kernel: 3, stride: 1, padding: 1),
            labels: [
                "PlaneConvolution forward", "PlaneConvolution imageGradient", "PlaneConvolution filterGradient",
            ]),
        Example(
            shape: ConvolutionCase(
                batch: 32, height: 12, width: 12, channels: 10, filters: 20, kernel: 5, stride: 1, padding: 0),
            labels: [
                "InterleavedConvolution forward", "InterleavedConvolution imageGradient", "ConvolutionFilterGradient",
            ]),
        Example(
            shape: ConvolutionCase(
                batch: 5, height: 12, width: 12, channels: 10, filters: 20, kernel: 5, stride: 1, padding: 0),
            labels: ["ConvolutionForward", "ConvolutionImageGradient", "ConvolutionFilterGradient"]),
    ]

    /// Small whole numbers: all sums are then exact, so every element must be equal.
    @Test(arguments: examples) func wholeNumbersAreExact(_ example: Example) {
        let shape = example.shape
        let (image, filter, upstream) = shape.operands(seed: 7) { Float(Int($0 % 7) - 3) }
        let expected = shape.plainly(image: image, filter: filter, upstream: upstream)
        let (values, labels) = shape.run(image: image, filter: filter, upstream: upstream)
        for label in example.labels {
            #expect(labels.contains { $0.hasPrefix(label) }, "\(label) was not chosen for \(shape) among \(labels)")
        }
        #expect(values[0].map(Double.init) == expected.outputs)
        #expect(values[1].map(Double.init) == expected.image)
        #expect(values[2].map(Double.init) == expected.filter)
    }

    /// A discriminator's gradient of its real and its fake pass: the second is added where the first one lies.
    @Test(arguments: examples) func twoFilterGradientsAreAdded(_ example: Example) {
        let shape = example.shape
        let (image, filter, upstream) = shape.operands(seed: 8) { Float(Int($0 % 7) - 3) }
        let (otherImage, _, _) = shape.operands(seed: 9) { Float(Int($0 % 5) - 2) }
        var trial = Trial()
        let imageShape: Shape = [shape.batch, shape.height, shape.width, shape.channels]
        let (x, z) = (trial.input(image, shape: imageShape), trial.input(otherImage, shape: imageShape))
        let w = trial.input(filter, shape: [shape.kernel, shape.kernel, shape.channels, shape.filters])
        let g = trial.input(upstream, shape: [shape.batch, shape.outHeight, shape.outWidth, shape.filters])
        func objective(_ x: Tensor) -> Tensor {
            (x.convolved(with: w, stride: shape.stride, padding: shape.padding) * g).sum()
        }
        let gradient = (objective(x) + objective(z)).gradients(by: [w])
        let first = shape.plainly(image: image, filter: filter, upstream: upstream).filter
        let second = shape.plainly(image: otherImage, filter: filter, upstream: upstream).filter
        #expect(trial.run(gradient)[0].map(Double.init) == zip(first, second).map { $0 + $1 })
        let additions = trial.labels(gradient).filter { $0.hasPrefix("ElementwiseLoop") && $0.hasSuffix(" add") }
        #expect(additions.isEmpty)
    }

    /// Few rows by a transposed matrix are computed the other way round, and give the same exact sums.
    @Test func matrixProductsOfFewRows() {
        let (rows, columns, inner) = (5, 33, 20)
        let a = (0..<rows * inner).map { Float($0 % 9 - 4) }
        let b = (0..<columns * inner).map { Float($0 % 11 - 5) }
        var trial = Trial()
        let product = trial.input(a, shape: [rows, inner])
            .matmul(trial.input(b, shape: [columns, inner]), transposeB: true)
        let expected = (0..<rows * columns).map { index in
            (0..<inner).reduce(Float(0)) { sum, k in
                sum + a[index / columns * inner + k] * b[index % columns * inner + k]
            }
        }
        #expect(trial.run([product])[0] == expected)
        #expect(trial.labels([product]).contains { $0.hasSuffix("transposed form") })
    }
}
