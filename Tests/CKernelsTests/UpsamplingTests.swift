import CKernels
import TestSupport
import Testing

/// Bilinear upsampling by its formula, in double, and its adjoint by ⟨U x, y⟩ = ⟨x, Uᵀ y⟩.
@Suite("Bilinear upsampling")
struct UpsamplingTests {
    struct Example: Sendable {
        var height: Int
        var width: Int
        var channels: Int
        var scale: Int

        var count: Int { height * width * channels }
        var outputCount: Int { count * scale * scale }

        /// Output o of an axis: the inputs that it lies between, and its share of the second.
        func place(_ o: Int, _ count: Int) -> (Int, Int, Double) {
            let place = max(0, (Double(o) + 0.5) / Double(scale) - 0.5)
            return (Int(place), min(Int(place) + 1, count - 1), place - place.rounded(.down))
        }

        func upsampled(_ x: [Float]) -> [Double] {
            var y: [Double] = []
            for row in 0..<height * scale {
                let (top, bottom, v) = place(row, height)
                for column in 0..<width * scale {
                    let (left, right, u) = place(column, width)
                    for c in 0..<channels {
                        func value(_ i: Int, _ j: Int) -> Double { Double(x[(i * width + j) * channels + c]) }
                        y.append(
                            (1 - v) * ((1 - u) * value(top, left) + u * value(top, right))
                                + v * ((1 - u) * value(bottom, left) + u * value(bottom, right)))
                    }
                }
            }
            return y
        }
    }

    static let examples: [Example] = [1, 2, 3, 4, 16].flatMap { scale in
        [(1, 1, 3), (1, 2, 16), (2, 1, 5), (2, 3, 23), (5, 4, 1), (4, 6, 36)].map {
            Example(height: $0.0, width: $0.1, channels: $0.2, scale: scale)
        }
    }

    @Test("Forward", arguments: examples.indices)
    func forward(index: Int) {
        let example = Self.examples[index]
        var generator = SeededRandom(seed: 81)
        let x = generator.floats(example.count)
        var y = [Float](repeating: .nan, count: example.outputCount)
        ck_upsample_bilinear(x, &y, example.height, example.width, example.channels, example.scale)
        // Values up to 4; weights and four roundings of half an ulp each.
        for (a, b) in zip(y, example.upsampled(x)) { #expect(abs(Double(a) - b) <= 4e-6) }
    }

    /// Each column of Uᵀ is a row of U: unit by unit, so that every weight is compared.
    @Test("Adjoint", arguments: examples.indices.filter { examples[$0].outputCount <= 600 })
    func adjoint(index: Int) {
        let example = Self.examples[index]
        var expected = [[Double]](repeating: [], count: example.count)
        for i in 0..<example.count {
            var unit = [Float](repeating: 0, count: example.count)
            unit[i] = 1
            expected[i] = example.upsampled(unit)
        }
        for o in 0..<example.outputCount {
            var unit = [Float](repeating: 0, count: example.outputCount)
            unit[o] = 1
            var dx = [Float](repeating: .nan, count: example.count)
            ck_upsample_bilinear_transpose(unit, &dx, example.height, example.width, example.channels, example.scale)
            for i in 0..<example.count { #expect(abs(Double(dx[i]) - expected[i][o]) <= 1e-6) }
        }
    }

    @Test("A constant image stays what it is")
    func constant() {
        var y = [Float](repeating: .nan, count: 6 * 8 * 5)
        ck_upsample_bilinear([Float](repeating: 0.75, count: 3 * 4 * 5), &y, 3, 4, 5, 2)
        #expect(y.allSatisfy { $0 == 0.75 })
    }
}
