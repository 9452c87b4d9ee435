import Datasets
import FileFormats
import Testing

@Suite("Glyphs")
struct GlyphSourceTests {
    @Test("a glyph is a function of seed and index; held-out ones are others")
    func pure() throws {
        let source = GlyphSource(seed: 5)
        let again = GlyphSource(seed: 5)
        for index in [0, 1, 59_999] { #expect(try source.sample(index) == again.sample(index)) }
        #expect(try source.sample(0) != GlyphSource(seed: 6).sample(0))
        #expect(try source.sample(0) != source.sample(1))
        #expect(try source.sample(0) != GlyphSource(seed: 5, split: .test).sample(0))
        #expect(source.fingerprint == again.fingerprint)
        #expect(source.fingerprint != GlyphSource(seed: 6).fingerprint)
    }

    @Test("the same bits on every machine")
    func bits() throws {
        let source = GlyphSource(seed: 1)
        var hash = SHA256()
        for index in 0..<200 { try source.sample(index).withUnsafeBytes { hash.update($0) } }
        #expect(hash.hexadecimal == "11be07a114356cc3b077e69dc542994770762d63c97ec0f775bbaf66f6953e20")
    }

    @Test("every digit is about as frequent")
    func labels() {
        let source = GlyphSource(seed: 2)
        var counts = [Int](repeating: 0, count: 10)
        for index in 0..<10_000 { counts[source.label(index)!] += 1 }
        // Five standard deviations of a binomial count, √(10,000 · 0.1 · 0.9) = 30.
        #expect(counts.allSatisfy { abs($0 - 1000) < 150 })
    }

    @Test("glyphs lie whole and centred in the picture, with values in [0, 1] and black about them")
    func placement() throws {
        let source = GlyphSource(seed: 3)
        for index in 0..<2000 {
            let pixels = try source.sample(index)
            #expect(pixels.allSatisfy { $0 >= 0 && $0 <= 1 })
            let border = (0..<28).flatMap { (place: Int) -> [Int] in [place, 756 + place, 28 * place, 28 * place + 27] }
                .map { pixels[$0] }
            #expect(border.allSatisfy { $0 == 0 }, "glyph \(index) touches the border")
            let inked = pixels.indices.filter { pixels[$0] > 0.5 }
            // From the thinnest 1 to the broadest 8.
            #expect(inked.count > 25 && inked.count < 300, "glyph \(index) has \(inked.count) inked pixels")
            let columns = inked.map { $0 % 28 }
            let rows = inked.map { $0 / 28 }
            #expect(abs(columns.min()! + columns.max()! - 27) <= 4)
            #expect(abs(rows.min()! + rows.max()! - 27) <= 4)
        }
    }

    @Test("a person reads them: the mean pictures of the ten digits tell 7 of 10 held-out glyphs apart")
    func legible() throws {
        let source = GlyphSource(seed: 4)
        var means = [[Float]](repeating: [Float](repeating: 0, count: 784), count: 10)
        for index in 0..<3000 {
            let label = source.label(index)!
            for (pixel, value) in try source.sample(index).enumerated() { means[label][pixel] += value }
        }
        means = means.map { mean in
            let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return mean.map { $0 / length }
        }
        let heldOut = GlyphSource(seed: 4, split: .test)
        let right = try (0..<1000).count { (index: Int) -> Bool in
            let pixels = try heldOut.sample(index)
            let scores = means.map { (mean: [Float]) -> Float in
                var score: Float = 0
                for (a, b) in zip(mean, pixels) { score += a * b }
                return score
            }
            return scores.firstIndex(of: scores.max()!) == heldOut.label(index)
        }
        #expect(right > 700, "\(right) of 1,000")
    }
}
