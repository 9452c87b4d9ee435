import Foundation
import TensorCore
import Testing

/// Convolutions 4×4 with stride 2 by minimal filtering, against the sum as it is written.
@Suite struct WinogradTests {
    /// Even and odd numbers of outputs, tiles beyond the edge, images whose last row no window sees, several blocks.
    static let cases = [
        ConvolutionCase(batch: 16, height: 8, width: 8, channels: 32, filters: 64, padding: 1),
        ConvolutionCase(batch: 40, height: 14, width: 14, channels: 64, filters: 64, padding: 1),
        ConvolutionCase(batch: 33, height: 16, width: 16, channels: 32, filters: 64, padding: 0),
        ConvolutionCase(batch: 12, height: 13, width: 22, channels: 48, filters: 64, padding: 0),
        ConvolutionCase(batch: 16, height: 21, width: 9, channels: 64, filters: 80, padding: 2),
        ConvolutionCase(batch: 70, height: 14, width: 8, channels: 32, filters: 64, padding: 1),
    ]

    /// Small whole numbers: the transformations' halves and all sums are then exact, so every element must be equal.
    @Test(arguments: cases) func wholeNumbersAreExact(_ shape: ConvolutionCase) {
        let whole: (UInt64) -> Float = { Float(Int($0 % 7) - 3) }
        let (image, filter, upstream) = shape.operands(seed: 1, whole)
        let expected = shape.plainly(image: image, filter: filter, upstream: upstream)
        let (values, labels) = shape.run(image: image, filter: filter, upstream: upstream)
        for form in ["WinogradForward", "WinogradImageGradient", "WinogradFilterGradient"] {
            #expect(labels.contains { $0.hasPrefix(form) }, "\(form) was not chosen among \(labels)")
        }
        #expect(values[0].map(Double.init) == expected.outputs)
        #expect(values[1].map(Double.init) == expected.image)
        #expect(values[2].map(Double.init) == expected.filter)
    }

    /// The plain sum of these 1,024 terms in float32 is off by 3e-7 of the outputs' root mean square.
    @Test func errorIsThatOfAPlainSum() {
        let shape = ConvolutionCase(batch: 32, height: 14, width: 14, channels: 64, filters: 128, padding: 1)
        let real: (UInt64) -> Float = { Float($0) / Float(1 << 30) - 1 }
        let (image, filter, upstream) = shape.operands(seed: 4, real)
        let expected = shape.plainly(image: image, filter: filter, upstream: upstream)
        let (values, _) = shape.run(image: image, filter: filter, upstream: upstream)
        for (value, reference) in zip(values, [expected.outputs, expected.image, expected.filter]) {
            var (errors, squares) = (0.0, 0.0)
            for (a, b) in zip(value, reference) {
                errors += (Double(a) - b) * (Double(a) - b)
                squares += b * b
            }
            #expect((errors / squares).squareRoot() < 6e-7)
        }
    }
}
