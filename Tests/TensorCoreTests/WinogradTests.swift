import Foundation
import TensorCore
import Testing

/// Convolutions 4×4 with stride 2 by minimal filtering, against the sum as it is written.
@Suite struct WinogradTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var batch: Int
        var height: Int
        var width: Int
        var channels: Int
        var filters: Int
        var padding: Int

        var outHeight: Int { (height + 2 * padding - 4) / 2 + 1 }
        var outWidth: Int { (width + 2 * padding - 4) / 2 + 1 }
        var testDescription: String { "\(batch)×\(height)×\(width), \(channels)→\(filters), padding \(padding)" }
    }

    /// Even and odd numbers of outputs, tiles beyond the edge, images whose last row no window sees, several blocks.
    static let cases = [
        Case(batch: 16, height: 8, width: 8, channels: 32, filters: 64, padding: 1),
        Case(batch: 40, height: 14, width: 14, channels: 64, filters: 64, padding: 1),
        Case(batch: 33, height: 16, width: 16, channels: 32, filters: 64, padding: 0),
        Case(batch: 12, height: 13, width: 22, channels: 48, filters: 64, padding: 0),
        Case(batch: 16, height: 21, width: 9, channels: 64, filters: 80, padding: 2),
        Case(batch: 70, height: 14, width: 8, channels: 32, filters: 64, padding: 1),
    ]

    /// The sum over all taps that lie inside, and its two gradients, in double precision.
    private func plainly(
        _ shape: Case, image: [Float], filter: [Float], upstream: [Float]
    ) -> (outputs: [Double], image: [Double], filter: [Double]) {
        var outputs = [Double](repeating: 0, count: upstream.count)
        var imageGradient = [Double](repeating: 0, count: image.count)
        var filterGradient = [Double](repeating: 0, count: filter.count)
        let (channels, filters) = (shape.channels, shape.filters)
        for n in 0..<shape.batch {
            for i in 0..<shape.outHeight {
                for j in 0..<shape.outWidth {
                    let output = ((n * shape.outHeight + i) * shape.outWidth + j) * filters
                    for tap in 0..<16 {
                        let y = 2 * i - shape.padding + tap / 4
                        let x = 2 * j - shape.padding + tap % 4
                        guard (0..<shape.height).contains(y), (0..<shape.width).contains(x) else { continue }
                        let pixel = ((n * shape.height + y) * shape.width + x) * channels
                        for c in 0..<channels {
                            let weights = (tap * channels + c) * filters
                            let value = Double(image[pixel + c])
                            var sum = 0.0
                            for f in 0..<filters {
                                let (weight, slope) = (Double(filter[weights + f]), Double(upstream[output + f]))
                                outputs[output + f] += value * weight
                                filterGradient[weights + f] += value * slope
                                sum += weight * slope
                            }
                            imageGradient[pixel + c] += sum
                        }
                    }
                }
            }
        }
        return (outputs, imageGradient, filterGradient)
    }

    private func run(
        _ shape: Case, image: [Float], filter: [Float], upstream: [Float]
    ) -> (values: [[Float]], labels: [String]) {
        var trial = Trial()
        let x = trial.input(image, shape: [shape.batch, shape.height, shape.width, shape.channels])
        let w = trial.input(filter, shape: [4, 4, shape.channels, shape.filters])
        let g = trial.input(upstream, shape: [shape.batch, shape.outHeight, shape.outWidth, shape.filters])
        let y = x.convolved(with: w, stride: 2, padding: shape.padding)
        let outputs = [y] + (y * g).sum().gradients(by: [x, w])
        return (trial.run(outputs), trial.labels(outputs))
    }

    private func values(_ count: Int, _ value: (UInt64) -> Float, seed: UInt64) -> [Float] {
        var state = seed
        return (0..<count).map { _ in
            // Knuth's linear congruential generator (MMIX).
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return value(state >> 33)
        }
    }

    /// Small whole numbers: the transformations' halves and all sums are then exact, so every element must be equal.
    @Test(arguments: cases) func wholeNumbersAreExact(_ shape: Case) {
        let whole: (UInt64) -> Float = { Float(Int($0 % 7) - 3) }
        let image = values(shape.batch * shape.height * shape.width * shape.channels, whole, seed: 1)
        let filter = values(16 * shape.channels * shape.filters, whole, seed: 2)
        let upstream = values(shape.batch * shape.outHeight * shape.outWidth * shape.filters, whole, seed: 3)
        let expected = plainly(shape, image: image, filter: filter, upstream: upstream)
        let (values, labels) = run(shape, image: image, filter: filter, upstream: upstream)
        for form in ["WinogradForward", "WinogradImageGradient", "WinogradFilterGradient"] {
            #expect(labels.contains { $0.hasPrefix(form) }, "\(form) was not chosen among \(labels)")
        }
        #expect(values[0].map(Double.init) == expected.outputs)
        #expect(values[1].map(Double.init) == expected.image)
        #expect(values[2].map(Double.init) == expected.filter)
    }

    /// The plain sum of these 1,024 terms in float32 is off by 3e-7 of the outputs' root mean square.
    @Test func errorIsThatOfAPlainSum() {
        let shape = Case(batch: 32, height: 14, width: 14, channels: 64, filters: 128, padding: 1)
        let real: (UInt64) -> Float = { Float($0) / Float(1 << 30) - 1 }
        let image = values(shape.batch * shape.height * shape.width * shape.channels, real, seed: 4)
        let filter = values(16 * shape.channels * shape.filters, real, seed: 5)
        let upstream = values(shape.batch * shape.outHeight * shape.outWidth * shape.filters, real, seed: 6)
        let expected = plainly(shape, image: image, filter: filter, upstream: upstream)
        let (values, _) = run(shape, image: image, filter: filter, upstream: upstream)
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
