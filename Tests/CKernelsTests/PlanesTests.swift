import CKernels
import TestSupport
import Testing

/// Convolutions of planes against sums over every tap, in double.
@Suite("Convolutions of a plane")
struct PlanesTests {
    struct Example: Sendable {
        var window: ck_window
        var features: Int

        var taps: Int { Int(window.kernelHeight * window.kernelWidth) }
        var positions: Int { Int(window.outHeight * window.outWidth) }

        /// Calls `body` with each pixel of the plane that a position meets, and by which tap.
        func forEachTerm(_ body: (_ pixel: Int, _ position: Int, _ tap: Int) -> Void) {
            for (index, place) in window.places.enumerated() {
                if let place { body(place, index / taps, index % taps) }
            }
        }
    }

    /// LeNet's, and odd ones: edges on each side, rests of tiles, several groups of features and a part of one.
    static let examples: [Example] = [
        Example(window: ck_window(28, 28, 1, kernel: (5, 5)), features: 10),
        Example(window: ck_window(28, 28, 1, kernel: (7, 7), pad: (6, 6)), features: 16),
        Example(window: ck_window(9, 7, 1, kernel: (2, 3), pad: (1, 2)), features: 3),
        Example(window: ck_window(11, 13, 1, kernel: (4, 3), pad: (2, 1)), features: 17),
        Example(window: ck_window(11, 13, 1, kernel: (4, 3), pad: (0, 1)), features: 32),
        Example(window: ck_window(6, 5, 1, kernel: (7, 7), pad: (6, 6)), features: 5),
        Example(window: ck_window(5, 8, 1, kernel: (1, 5)), features: 1),
        Example(window: ck_window(8, 19, 1, kernel: (3, 3), pad: (1, 1)), features: 31),
    ]

    @Test("From the plane to the features", arguments: examples.indices)
    func toFeatures(index: Int) {
        let example = Self.examples[index]
        var window = example.window
        #expect(ck_plane_fits(&window, example.features) == 1)
        var generator = SeededRandom(seed: 51)
        let plane = generator.floats(window.imageCount)
        let filter = generator.floats(example.taps * example.features)
        var expected = [Double](repeating: 0, count: example.positions * example.features)
        example.forEachTerm { pixel, position, tap in
            for f in 0..<example.features {
                let product = Double(plane[pixel]) * Double(filter[tap * example.features + f])
                expected[position * example.features + f] += product
            }
        }
        let result = guarded(expected.count) {
            ck_plane_to_features(plane, filter, $0, example.features, &window)
        }
        expectClose(result, expected, terms: example.taps)
    }

    @Test("From the features to the plane", arguments: examples.indices)
    func toPlane(index: Int) {
        let example = Self.examples[index]
        var window = example.window
        var generator = SeededRandom(seed: 52)
        let features = generator.floats(example.positions * example.features)
        let filter = generator.floats(example.taps * example.features)
        var expected = [Double](repeating: 0, count: window.imageCount)
        example.forEachTerm { pixel, position, tap in
            for f in 0..<example.features {
                let y = Double(features[position * example.features + f])
                expected[pixel] += y * Double(filter[tap * example.features + f])
            }
        }
        let result = guarded(expected.count) {
            ck_features_to_plane(features, filter, $0, example.features, &window)
        }
        expectClose(result, expected, terms: example.taps * example.features)
    }

    @Test("The filter's gradient is added to what is there", arguments: examples.indices)
    func filterGradient(index: Int) {
        let example = Self.examples[index]
        var window = example.window
        var generator = SeededRandom(seed: 53)
        let plane = generator.floats(window.imageCount)
        let features = generator.floats(example.positions * example.features)
        let before = generator.floats(example.taps * example.features)
        var expected = before.map(Double.init)
        example.forEachTerm { pixel, position, tap in
            for f in 0..<example.features {
                let y = Double(features[position * example.features + f])
                expected[tap * example.features + f] += Double(plane[pixel]) * y
            }
        }
        let result = guarded(expected.count) { filter in
            for i in before.indices { filter[i] = before[i] }
            ck_plane_filter_gradient(plane, features, filter, example.features, &window)
        }
        expectClose(result, expected, terms: example.positions + 1)
    }

    @Test("A product and its sum are rounded once, on every processor")
    func roundsOnce() {
        // (1 + e)(1 - e) - 1 = -e^2 with e = 2^-12: rounded twice, the product is 1 and the sum 0.
        var window = ck_window(1, 6, 1, kernel: (1, 3))
        let e: Float = 0x1p-12
        let plane: [Float] = [-1, 1 + e, 0, 0, 0, 0]
        let filter: [Float] = [1, 1 - e, 0]
        var features = [Float](repeating: .nan, count: 4)
        ck_plane_to_features(plane, filter, &features, 1, &window)
        #expect(features[0] == -e * e)
    }

    @Test("What is not a number stays with the outputs that it meets")
    func keepsNaN() {
        var window = ck_window(9, 11, 1, kernel: (3, 3), pad: (1, 1))
        let example = Example(window: window, features: 5)
        var plane = [Float](repeating: 1, count: window.imageCount)
        plane[37] = .nan
        var met: Set<Int> = []
        example.forEachTerm { pixel, position, _ in
            if pixel == 37 { for f in 0..<5 { met.insert(position * 5 + f) } }
        }
        var features = [Float](repeating: 0, count: example.positions * 5)
        ck_plane_to_features(plane, [Float](repeating: 1, count: 45), &features, 5, &window)
        #expect(Set(features.indices.filter { features[$0].isNaN }) == met)
    }

    @Test("Shapes that the kernels do not serve are told")
    func refuses() {
        var window = ck_window(28, 28, 1, kernel: (4, 4))
        #expect(ck_plane_fits(&window, 10) == 0)
        window = ck_window(28, 28, 1, kernel: (5, 5), stride: (2, 2))
        #expect(ck_plane_fits(&window, 10) == 0)
        window = ck_window(28, 28, 3, kernel: (5, 5))
        #expect(ck_plane_fits(&window, 10) == 0)
        window = ck_window(400, 400, 1, kernel: (5, 5))
        #expect(ck_plane_fits(&window, 10) == 0)
        window = ck_window(28, 28, 1, kernel: (5, 5))
        #expect(ck_plane_fits(&window, 1000) == 0)
    }

    /// What `body` writes to `count` elements, with a check that it writes to all of them and to no others.
    private func guarded(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        let zone = 64
        var values = [Float](repeating: 7, count: count + 2 * zone)
        for i in 0..<count { values[zone + i] = .nan }
        values.withUnsafeMutableBufferPointer { body($0.baseAddress! + zone) }
        #expect(values.prefix(zone).allSatisfy { $0 == 7 } && values.suffix(zone).allSatisfy { $0 == 7 })
        return Array(values[zone..<zone + count])
    }

    /// Products are at most 16, and each of the `terms` sums rounds by at most half an ulp of 16 times their number.
    private func expectClose(_ result: [Float], _ expected: [Double], terms: Int) {
        let bound = 16 * Double(terms * terms) * 0x1p-24
        let worst = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst <= bound, "off by \(worst)")
        #expect(result.allSatisfy { !$0.isNaN })
    }
}
