import Foundation
import SampleQuality
import Testing

/// The eigenproblem against closed forms, and against its own definition.
struct SymmetricEigenTests {
    /// The second difference of n points has the eigenvalues 2 − 2 cos(kπ / (n + 1)).
    @Test(arguments: [1, 2, 3, 17, 100]) func secondDifferences(size: Int) {
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            matrix[row * size + row] = 2
            if row > 0 {
                matrix[row * size + row - 1] = -1
                matrix[(row - 1) * size + row] = -1
            }
        }
        let found = SymmetricEigen(matrix, size: size).values
        for (k, value) in found.reversed().enumerated() {
            let expected: Double = 2 - 2 * cos(Double(k + 1) * Double.pi / Double(size + 1))
            #expect(abs(value - expected) < 1e-12)
        }
    }

    @Test(arguments: [2, 5, 40]) func vectorsAreOrthonormalAndSolveTheProblem(size: Int) {
        let matrix = symmetric(size)
        let eigen = SymmetricEigen(matrix, size: size)
        #expect(eigen.values == eigen.values.sorted(by: >))
        for i in 0..<size {
            let v = Array(eigen.vectors[i * size..<(i + 1) * size])
            for j in 0..<size {
                let w = eigen.vectors[j * size..<(j + 1) * size]
                let product: Double = zip(v, w).map(*).reduce(0, +)
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
                let image: Double = (0..<size).map { matrix[j * size + $0] * v[$0] }.reduce(0, +)
                #expect(abs(image - eigen.values[i] * v[j]) < 1e-11)
            }
        }
    }

    @Test func repeatedAndZeroEigenvalues() {
        #expect(SymmetricEigen([0, 0, 0, 0], size: 2).values == [0, 0])
        let identity = SymmetricEigen([1, 0, 0, 0, 1, 0, 0, 0, 1], size: 3)
        #expect(identity.values == [1, 1, 1])
        // 1 everywhere: n once, 0 otherwise.
        let ones = SymmetricEigen([Double](repeating: 1, count: 25), size: 5)
        #expect(abs(ones.values[0] - 5) < 1e-12)
        #expect(ones.values.dropFirst().allSatisfy { abs($0) < 1e-12 })
        #expect(SymmetricEigen([], size: 0).values.isEmpty)
    }

    /// The root of A² is A for a positive A.
    @Test func theRootOfASquare() {
        let size = 12
        let half = symmetric(size)
        func multiply(_ a: [Double], _ b: [Double]) -> [Double] {
            (0..<size * size).map { place in
                let (row, column) = (place / size, place % size)
                return (0..<size).map { a[row * size + $0] * b[$0 * size + column] }.reduce(0, +)
            }
        }
        let positive = multiply(half, half)
        let root = SymmetricEigen(multiply(positive, positive), size: size).applying { max(0, $0).squareRoot() }
        for (found, expected) in zip(root, positive) { #expect(abs(found - expected) < 1e-9) }
    }

    /// Numbers between −1 and 1 without a pattern.
    private func symmetric(_ size: Int) -> [Double] {
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                let value = sin(Double(row * 31 + column * 17 + 1) * 12.9898)
                matrix[row * size + column] = value
                matrix[column * size + row] = value
            }
        }
        return matrix
    }
}
