/// How well samples cover the modes of a mixture, by the protocol of Lin, Khetan, Fanti and Oh, "PacGAN: the power of two
/// samples in generative adversarial networks" (2018): of 2,500 samples, one within 3σ of a mode is of high quality; a mode
/// is covered by one such sample.
package struct ModeCoverage: Equatable, Sendable {
    /// How many samples the protocol asks for.
    package static let sampleCount = 2_500

    /// Samples of high quality at each mode.
    package let samplesPerMode: [Int]
    /// Samples in all.
    package let samples: Int

    package var modes: Int { samplesPerMode.count }
    package var modesCovered: Int { samplesPerMode.count { $0 > 0 } }
    /// The share of samples that are of high quality, 0 to 1.
    package var highQualityShare: Double {
        samples == 0 ? 0 : Double(samplesPerMode.reduce(0, +)) / Double(samples)
    }

    /// - Parameters:
    ///   - points: samples [n, 2], in the data's units. One that is not finite is of no quality.
    ///   - modes: the means of the mixture.
    ///   - deviation: its σ.
    package init(points: [Float], modes: [SIMD2<Float>], deviation: Float) {
        precondition(points.count % 2 == 0, "points have two coordinates")
        var counts = [Int](repeating: 0, count: modes.count)
        let reach = 9 * deviation * deviation
        for point in stride(from: 0, to: points.count, by: 2) {
            let place = SIMD2(points[point], points[point + 1])
            var nearest: (mode: Int, distance: Float)?
            for (mode, mean) in modes.enumerated() {
                let difference = place - mean
                let distance = difference.x * difference.x + difference.y * difference.y
                if distance <= reach, distance < nearest?.distance ?? .infinity { nearest = (mode, distance) }
            }
            if let nearest { counts[nearest.mode] += 1 }
        }
        samplesPerMode = counts
        samples = points.count / 2
    }
}
