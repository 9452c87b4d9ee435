import Datasets
import Testing

@Suite("Mixtures and their coverage")
struct MixtureSourceTests {
    static let mixtures = [MixtureSource.ring(seed: 3), MixtureSource.grid(seed: 3)]

    @Test("samples have the mixture's modes, and its deviation about them", arguments: mixtures)
    func moments(source: MixtureSource) throws {
        var counts = [Int](repeating: 0, count: source.modes.count)
        var squares = 0.0
        let samples = 20_000
        for index in 0..<samples {
            let mode = source.label(index)!
            let point = try source.sample(index)
            counts[mode] += 1
            let (x, y) = (Double(point[0] - source.modes[mode].x), Double(point[1] - source.modes[mode].y))
            squares += x * x + y * y
        }
        let expected = Double(samples) / Double(counts.count)
        #expect(counts.allSatisfy { abs(Double($0) - expected) < 6 * expected.squareRoot() })
        let deviation = (squares / Double(2 * samples)).squareRoot()
        #expect(abs(deviation / Double(source.deviation) - 1) < 0.02)
    }

    @Test("the places are those of the paper")
    func places() {
        let (ring, grid) = (MixtureSourceTests.mixtures[0], MixtureSourceTests.mixtures[1])
        #expect(ring.modes.count == 8 && ring.deviation == 0.01)
        #expect(ring.modes.allSatisfy { abs($0.x * $0.x + $0.y * $0.y - 1) < 1e-6 })
        #expect(Set(grid.modes).count == 25 && grid.deviation == 0.05)
        #expect(grid.modes.allSatisfy { abs($0.x) <= 4 && abs($0.y) <= 4 })
        #expect(ring.shape == .vector(2))
    }

    @Test("a point is a function of seed, index and split")
    func pure() throws {
        let ring = MixtureSource.ring(seed: 9)
        #expect(try ring.sample(17) == MixtureSource.ring(seed: 9).sample(17))
        #expect(try ring.sample(17) != MixtureSource.ring(seed: 10).sample(17))
        #expect(try ring.sample(17) != MixtureSource.ring(seed: 9, split: .test).sample(17))
        #expect(ring.fingerprint != MixtureSource.ring(seed: 10).fingerprint)
    }

    @Test(
        "the mixture itself covers all its modes: 1 − e^(−9/2) of the samples are of high quality", arguments: mixtures)
    func coverage(source: MixtureSource) throws {
        let points = try (0..<ModeCoverage.sampleCount).flatMap { try source.sample($0) }
        let coverage = ModeCoverage(points: points, modes: source.modes, deviation: source.deviation)
        #expect(coverage.modesCovered == source.modes.count)
        #expect(abs(coverage.highQualityShare - 0.98889) < 0.01)
    }

    @Test("what lies outside of 3σ, or is no number, is of no quality")
    func quality() {
        let modes: [SIMD2<Float>] = [SIMD2(0, 0), SIMD2(1, 0)]
        let coverage = ModeCoverage(
            points: [0, 0.29, 0.31, 0, 0.5, 0, .nan, 0, .infinity, 0], modes: modes, deviation: 0.1)
        #expect(coverage.samplesPerMode == [1, 0])
        #expect(coverage.modesCovered == 1)
        #expect(coverage.highQualityShare == 0.2)
        #expect(ModeCoverage(points: [], modes: modes, deviation: 1).highQualityShare == 0)
    }
}
