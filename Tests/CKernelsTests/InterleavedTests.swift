import CKernels
import TestSupport
import Testing

/// Convolutions of sixteen images at once against sums over every tap, in double.
@Suite("Convolutions of interleaved images")
struct InterleavedTests {
    struct Example: Sendable {
        var window: ck_window
        var filters: Int

        var elements: Int { Int(window.kernelHeight * window.kernelWidth * window.channels) }
        var outputCount: Int { Int(window.outHeight * window.outWidth) * filters }

        /// Calls `body` with each product of an image's element and a row of the filter: which output row it adds to.
        func forEachTerm(_ body: (_ element: Int, _ position: Int, _ row: Int) -> Void) {
            for (index, place) in window.places.enumerated() { body(place!, index / elements, index % elements) }
        }
    }

    /// LeNet's, and odd ones: rests of one pixel, and of one to four sums.
    static let examples: [Example] = [
        Example(window: ck_window(12, 12, 10, kernel: (5, 5)), filters: 20),
        Example(window: ck_window(28, 28, 1, kernel: (5, 5)), filters: 10),
        Example(window: ck_window(7, 6, 3, kernel: (2, 4)), filters: 7),
        Example(window: ck_window(5, 5, 4, kernel: (3, 3)), filters: 1),
        Example(window: ck_window(3, 9, 12, kernel: (3, 1)), filters: 3),
        Example(window: ck_window(4, 4, 6, kernel: (4, 4)), filters: 9),
    ]

    @Test("Forward", arguments: examples.indices)
    func forward(index: Int) {
        let example = Self.examples[index]
        var window = example.window
        var generator = SeededRandom(seed: 61)
        let images = generator.floats(16 * window.imageCount)
        let filter = generator.floats(example.elements * example.filters)
        var expected = [Double](repeating: 0, count: 16 * example.outputCount)
        example.forEachTerm { element, position, row in
            for f in 0..<example.filters {
                let tap = Double(filter[row * example.filters + f])
                let output = position * example.filters + f
                for image in 0..<16 { expected[output * 16 + image] += Double(images[element * 16 + image]) * tap }
            }
        }
        var result = [Float](repeating: .nan, count: expected.count)
        ck_convolve_interleaved(images, filter, &result, example.filters, &window)
        expectClose(result, expected, terms: example.elements)
    }

    @Test("Gradient by the images", arguments: examples.indices)
    func imageGradient(index: Int) {
        let example = Self.examples[index]
        var window = example.window
        var generator = SeededRandom(seed: 62)
        let outputs = generator.floats(16 * example.outputCount)
        let filter = generator.floats(example.elements * example.filters)
        var expected = [Double](repeating: 0, count: 16 * window.imageCount)
        example.forEachTerm { element, position, row in
            for f in 0..<example.filters {
                let tap = Double(filter[row * example.filters + f])
                let output = position * example.filters + f
                for image in 0..<16 { expected[element * 16 + image] += Double(outputs[output * 16 + image]) * tap }
            }
        }
        var result = [Float](repeating: .nan, count: expected.count)
        ck_image_gradient_interleaved(outputs, filter, &result, example.filters, &window)
        expectClose(result, expected, terms: Int(window.kernelHeight * window.kernelWidth) * example.filters)
    }

    /// Products are at most 16, and each of the `terms` sums rounds by at most half an ulp of 16 times their number.
    private func expectClose(_ result: [Float], _ expected: [Double], terms: Int) {
        let bound = 16 * Double(terms * terms) * 0x1p-24
        let worst = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst <= bound, "off by \(worst)")
        #expect(result.allSatisfy { !$0.isNaN })
    }
}
