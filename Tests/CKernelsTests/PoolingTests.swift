import CKernels
import TestSupport
import Testing

@Suite("Pooling")
struct PoolingTests {
    /// The places of each output element's window, in row-major order.
    private func placesOfOutputs(_ window: ck_window) -> [[Int]] {
        let (area, channels) = (Int(window.kernelHeight * window.kernelWidth), Int(window.channels))
        let places = window.places
        return (0..<window.outputCount).map { output in
            let (pixel, channel) = (output / channels, output % channels)
            return (0..<area).compactMap { places[(pixel * area + $0) * channels + channel] }
        }
    }

    /// The place that wins: greater than all before it, or NaN.
    private func winner(_ places: [Int], _ x: [Float]) -> Int? {
        places.dropFirst().reduce(places.first) { best, place in
            x[place] > x[best!] || x[place].isNaN ? place : best
        }
    }

    @Test("The greatest is selected, the first of equals, a NaN before all", arguments: ck_window.examples.indices)
    func maximum(index: Int) {
        var window = ck_window.examples[index]
        var generator = SeededRandom(seed: 51)
        // Few values, so that equals are frequent; some NaN and infinities.
        var x = (0..<window.imageCount).map { _ in Float(Int.random(in: -3...3, using: &generator)) }
        for i in stride(from: 5, to: x.count, by: 23) { x[i] = [.nan, .infinity, -.infinity][i % 3] }
        let v = generator.floats(x.count)
        let dy = (0..<window.outputCount).map { _ in Float(Int.random(in: -9...9, using: &generator)) }
        let winners = placesOfOutputs(window).map { winner($0, x) }

        var y = [Float](repeating: .nan, count: window.outputCount)
        ck_max_pool_select(x, v, &y, &window)
        #expect(y == winners.map { $0.map { v[$0] } ?? 0 }, "\(window)")
        ck_max_pool_select(x, x, &y, &window)
        #expect(sameBits(y, winners.map { $0.map { x[$0] } ?? 0 }), "\(window)")

        var dx = [Float](repeating: .nan, count: window.imageCount)
        ck_max_pool_scatter(x, dy, &dx, &window)
        var expected = [Float](repeating: 0, count: window.imageCount)
        for (place, gradient) in zip(winners, dy) {
            if let place { expected[place] += gradient }
        }
        #expect(dx == expected, "\(window)")
    }

    @Test("Sum pooling and its adjoint", arguments: ck_window.examples.indices)
    func sum(index: Int) {
        var window = ck_window.examples[index]
        var generator = SeededRandom(seed: 52)
        let x = (0..<window.imageCount).map { _ in Float(Int.random(in: -50...50, using: &generator)) }
        let dy = (0..<window.outputCount).map { _ in Float(Int.random(in: -50...50, using: &generator)) }
        let places = placesOfOutputs(window)
        var y = [Float](repeating: .nan, count: window.outputCount)
        ck_sum_pool(x, &y, &window)
        #expect(y == places.map { $0.reduce(Float(0)) { $0 + x[$1] } }, "\(window)")
        var dx = [Float](repeating: .nan, count: window.imageCount)
        ck_sum_pool_transpose(dy, &dx, &window)
        var expected = [Float](repeating: 0, count: window.imageCount)
        for (covered, gradient) in zip(places, dy) {
            for place in covered { expected[place] += gradient }
        }
        #expect(dx == expected, "\(window)")
    }
}
