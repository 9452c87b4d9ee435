import Foundation
import SampleQuality
import Testing

/// The distance of Gaussians against the closed forms that it has where covariances commute, and in two dimensions.
struct FrechetDistanceTests {
    private func gaussian(_ mean: [Double], _ covariance: [Double]) -> GaussianStatistics {
        GaussianStatistics(mean: mean, covariance: covariance, count: 1000)
    }

    @Test func equalGaussiansAreNowhereApart() {
        let a = gaussian([1, -2], [2, 0.5, 0.5, 1])
        #expect(FrechetDistance.between(a, a) < 1e-12)
    }

    /// Of one dimension: (μ₁ − μ₂)² + (σ₁ − σ₂)².
    @Test func onTheLine() {
        let distance = FrechetDistance.between(gaussian([1], [9]), gaussian([3], [4]))
        #expect(abs(distance - (4 + 1)) < 1e-12)
    }

    /// Diagonal covariances commute: ‖Δμ‖² + Σ (σ₁ − σ₂)².
    @Test func diagonalCovariances() {
        let a = gaussian([0, 0, 1], [1, 0, 0, 0, 4, 0, 0, 0, 0])
        let b = gaussian([0, 2, 0], [9, 0, 0, 0, 1, 0, 0, 0, 0.25])
        #expect(abs(FrechetDistance.between(a, b) - (5 + 4 + 1 + 0.25)) < 1e-12)
    }

    /// A 2×2 matrix M with positive eigenvalues has tr M^½ = (tr M + 2 (det M)^½)^½.
    @Test func covariancesThatDoNotCommute() {
        let (p, q): ([Double], [Double]) = ([2, 0.6, 0.6, 1], [1, -0.4, -0.4, 3])
        let trace: Double = p[0] * q[0] + p[1] * q[2] + p[2] * q[1] + p[3] * q[3]
        let determinant: Double = (p[0] * p[3] - p[1] * p[2]) * (q[0] * q[3] - q[1] * q[2])
        let root: Double = (trace + 2 * determinant.squareRoot()).squareRoot()
        let expected: Double = p[0] + p[3] + q[0] + q[3] - 2 * root
        let (a, b) = (gaussian([0, 0], p), gaussian([0, 0], q))
        #expect(abs(FrechetDistance.between(a, b) - expected) < 1e-12)
        #expect(abs(FrechetDistance.between(b, a) - expected) < 1e-12)
    }

    @Test func statisticsOfVectors() {
        // Four corners of a rectangle: the mean between them, variances Σ(x − mean)² / 3.
        let statistics = GaussianStatistics(of: [0, 0, 2, 0, 0, 4, 2, 4], dimension: 2)
        #expect(statistics.mean == [1, 2])
        let expected: [Double] = [4.0 / 3, 0, 0, 16.0 / 3]
        for (found, value) in zip(statistics.covariance, expected) { #expect(abs(found - value) < 1e-14) }
        #expect(GaussianStatistics(of: [5, 6], dimension: 2).covariance == [0, 0, 0, 0])
    }

    /// More vectors than a block has, more axes than are taken at once, against the definition.
    @Test func covarianceOfManyVectors() {
        let (count, dimension) = (301, 7)
        let vectors = (0..<count * dimension).map { sin(Double($0) * 78.233) + Double($0 % dimension) }
        let found = GaussianStatistics(of: vectors, dimension: dimension)
        for row in 0..<dimension {
            for column in 0..<dimension {
                var sum = 0.0
                for vector in 0..<count {
                    let left = vectors[vector * dimension + row] - found.mean[row]
                    sum += left * (vectors[vector * dimension + column] - found.mean[column])
                }
                let expected = sum / Double(count - 1)
                #expect(abs(found.covariance[row * dimension + column] - expected) < 1e-12)
            }
        }
    }
}
