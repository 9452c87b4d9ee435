import Runs
import Testing

/// The variance among samples, against what can be worked out by hand.
@Suite struct SampleDiversityTests {
    /// 0 to 9 have the variance 55/6 (n (n + 1)/12 for n numbers in a row), and ten equal ones none.
    @Test func ofOneClassItIsTheMeanVarianceOfTheElements() throws {
        let samples = (0..<20).map { $0 % 2 == 0 ? Float($0 / 2) : 3 }
        let variance = try #require(SampleDiversity.variance(of: samples, size: 2))
        #expect(abs(variance - (55.0 / 6) / 2) < 1e-12)
    }

    @Test func equalSamplesHaveNone() {
        #expect(SampleDiversity.variance(of: [Float](repeating: 0.1, count: 90), size: 9) == 0)
    }

    /// Two classes far apart of which each has one image: labels alone make the difference.
    @Test func whatTellsClassesApartDoesNotCount() throws {
        let samples = (0..<20).map { Float($0 % 2) * 100 }
        let labels = (0..<20).map { $0 % 2 }
        #expect(SampleDiversity.variance(of: samples, size: 1, labels: labels) == 0)
        #expect(try #require(SampleDiversity.variance(of: samples, size: 1)) > 2000)
        // Each class 0 to 9, shifted: 55/6 in both, over n - C = 18 differences.
        let shifted = (0..<20).map { Float($0 / 2 + $0 % 2 * 1000) }
        let variance = try #require(SampleDiversity.variance(of: shifted, size: 1, labels: labels))
        #expect(abs(variance - 55.0 / 6) < 1e-9)
    }

    @Test func fewSamplesTellNothing() {
        #expect(SampleDiversity.variance(of: [1, 2, 3, 4, 5, 6, 7, 8], size: 1) == nil)
        #expect(SampleDiversity.variance(of: [1, 2, 3, 4, 5, 6, 7, 8, 9], size: 1) != nil)
        #expect(SampleDiversity.variance(of: (0..<20).map(Float.init), size: 1, labels: Array(0..<20)) == nil)
    }
}
