import Foundation
import Runs

/// The latents that samples are drawn from: independent, or walks between them.
struct LatentSource {
    let painter: SamplePainter
    let seed: UInt64
    /// The samples of one walk; nil for independent ones.
    let walk: Int?
    /// So many latents, again and again: those of a grid's first row; nil for as many as there are samples.
    var period: Int? = nil

    /// Samples in a row of the grid.
    static func columns(of count: Int) -> Int { max(1, Int(Double(count).squareRoot().rounded(.up))) }

    /// Latents of samples `first` to `first + count − 1`, [count, latentSize].
    func latents(first: Int, count: Int) -> [Float] {
        if let period {
            return (first..<first + count).flatMap { painter.latents(count: 1, seed: seed, first: $0 % period) }
        }
        guard let walk else { return painter.latents(count: count, seed: seed, first: first) }
        var ends: (row: Int, from: [Float], to: [Float])?
        return (first..<first + count).flatMap { index -> [Float] in
            let row = index / walk
            if ends?.row != row {
                ends = (
                    row, painter.latents(count: 1, seed: seed, first: 2 * row),
                    painter.latents(count: 1, seed: seed, first: 2 * row + 1)
                )
            }
            let share = walk > 1 ? Double(index % walk) / Double(walk - 1) : 0
            return Self.between(ends!.from, ends!.to, share: share)
        }
    }

    /// Spherical interpolation, sin((1 − t)ω)/sin ω · a + sin(tω)/sin ω · b with ω the angle between a and b: unlike on the
    /// straight line, the latents on the way are as long as normal ones are (White, "Sampling generative networks", 2016).
    static func between(_ a: [Float], _ b: [Float], share t: Double) -> [Float] {
        func product(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        let lengths = (product(a, a) * product(b, b)).squareRoot()
        let angle = lengths > 0 ? acos(max(-1, min(1, product(a, b) / lengths))) : 0
        // Nearly parallel or opposite: the straight line.
        let isStraight = sin(angle) < 1e-6
        let from = isStraight ? 1 - t : sin((1 - t) * angle) / sin(angle)
        let to = isStraight ? t : sin(t * angle) / sin(angle)
        return zip(a, b).map { Float(from * Double($0) + to * Double($1)) }
    }
}
