import Foundation

/// The eigenvalues and eigenvectors of a real symmetric matrix: A = Σ λᵢ vᵢ vᵢᵀ.
///
/// Householder's reduction to a tridiagonal matrix, then QL iterations with implicit shifts (Bowdler, Martin, Reinsch and
/// Wilkinson, "The QR and QL algorithms for symmetric matrices", 1968: EISPACK's TRED2 and TQL2). A matrix of a thousand
/// rows takes some seconds.
package struct SymmetricEigen: Sendable {
    /// Eigenvalues, the largest first.
    package let values: [Double]
    /// Eigenvectors of length 1 in the order of their values, a row each: [size, size].
    package let vectors: [Double]
    package let size: Int

    /// - Parameters:
    ///   - matrix: [size, size]; symmetric, of which the lower triangle counts.
    /// - Precondition: every value is finite.
    package init(_ matrix: [Double], size: Int) {
        precondition(matrix.count == size * size, "a matrix of \(size) rows has \(size * size) values")
        precondition(matrix.allSatisfy(\.isFinite), "an eigenproblem has finite values")
        self.size = size
        // The algorithm's vectors are columns. All its inner loops run down a column, so that is stored contiguously:
        // column j begins at j · size. The matrix is symmetric and may be taken as it is.
        var columns = matrix
        for row in 0..<size {
            for column in row + 1..<max(size, row + 1) { columns[row * size + column] = matrix[column * size + row] }
        }
        var diagonal = [Double](repeating: 0, count: size)
        var offDiagonal = diagonal
        columns.withUnsafeMutableBufferPointer { columns in
            diagonal.withUnsafeMutableBufferPointer { diagonal in
                offDiagonal.withUnsafeMutableBufferPointer { offDiagonal in
                    var solver = TridiagonalSolver(
                        n: size, v: columns.baseAddress!, d: diagonal.baseAddress!, e: offDiagonal.baseAddress!)
                    solver.reduce()
                    solver.iterate()
                }
            }
        }
        let order = diagonal.indices.sorted { (diagonal[$1], $0) < (diagonal[$0], $1) }
        values = order.map { diagonal[$0] }
        var vectors: [Double] = []
        vectors.reserveCapacity(size * size)
        for index in order { vectors.append(contentsOf: columns[index * size..<(index + 1) * size]) }
        self.vectors = vectors
    }

    /// Σ f(λᵢ) vᵢ vᵢᵀ: [size, size]. With f = √ the square root of a positive semidefinite matrix.
    package func applying(_ function: (Double) -> Double) -> [Double] {
        var result = [Double](repeating: 0, count: size * size)
        for index in 0..<size {
            let weight = function(values[index])
            guard weight != 0 else { continue }
            let vector = vectors[index * size..<(index + 1) * size]
            for (row, left) in vector.enumerated() {
                for (column, right) in vector.enumerated() { result[row * size + column] += weight * left * right }
            }
        }
        return result
    }
}

/// TRED2 and TQL2, in their own letters: `v` holds the matrix and then the vectors (column j from `v + j · n`), `d` the
/// diagonal and then the eigenvalues, `e` what is beside the diagonal.
private struct TridiagonalSolver {
    let n: Int
    let v: UnsafeMutablePointer<Double>
    let d: UnsafeMutablePointer<Double>
    let e: UnsafeMutablePointer<Double>

    /// The matrix becomes tridiagonal; `v` the product of the reflections that make it so.
    mutating func reduce() {
        for j in 0..<n { d[j] = v[j * n + n - 1] }
        for i in stride(from: n - 1, to: 0, by: -1) { reflect(i) }
        accumulate()
    }

    /// A Householder reflection that clears row i left of the element beside the diagonal.
    private mutating func reflect(_ i: Int) {
        let scale = (0..<i).reduce(0) { $0 + abs(d[$1]) }
        guard scale > 0 else {
            e[i] = d[i - 1]
            for j in 0..<i {
                d[j] = v[j * n + i - 1]
                v[j * n + i] = 0
                v[i * n + j] = 0
            }
            d[i] = 0
            return
        }
        var h = 0.0
        for k in 0..<i {
            d[k] /= scale
            h += d[k] * d[k]
        }
        let f = d[i - 1]
        let g = f > 0 ? -h.squareRoot() : h.squareRoot()
        e[i] = scale * g
        h -= f * g
        d[i - 1] = f - g
        for j in 0..<i { e[j] = 0 }
        for j in 0..<i {
            let column = v + j * n
            let f = d[j]
            v[i * n + j] = f
            var g = e[j] + column[j] * f
            for k in j + 1..<max(i, j + 1) {
                g += column[k] * d[k]
                e[k] += column[k] * f
            }
            e[j] = g
        }
        var sum = 0.0
        for j in 0..<i {
            e[j] /= h
            sum += e[j] * d[j]
        }
        let half = sum / (h + h)
        for j in 0..<i { e[j] -= half * d[j] }
        for j in 0..<i {
            let column = v + j * n
            let (f, g) = (d[j], e[j])
            for k in j..<i { column[k] -= f * e[k] + g * d[k] }
            d[j] = column[i - 1]
            column[i] = 0
        }
        d[i] = h
    }

    /// Multiplies the reflections out.
    private mutating func accumulate() {
        for i in 0..<max(0, n - 1) {
            v[i * n + n - 1] = v[i * n + i]
            v[i * n + i] = 1
            let next = v + (i + 1) * n
            let h = d[i + 1]
            if h != 0 {
                for k in 0...i { d[k] = next[k] / h }
                for j in 0...i {
                    let column = v + j * n
                    var g = 0.0
                    for k in 0...i { g += next[k] * column[k] }
                    for k in 0...i { column[k] -= g * d[k] }
                }
            }
            for k in 0...i { next[k] = 0 }
        }
        for j in 0..<n {
            d[j] = v[j * n + n - 1]
            v[j * n + n - 1] = 0
        }
        if n > 0 {
            v[n * n - 1] = 1
            e[0] = 0
        }
    }

    /// The tridiagonal matrix becomes diagonal; `v` its eigenvectors.
    mutating func iterate() {
        guard n > 0 else { return }
        for i in 1..<max(n, 1) { e[i - 1] = e[i] }
        e[n - 1] = 0
        var shift = 0.0
        var largest = 0.0
        for l in 0..<n {
            largest = max(largest, abs(d[l]) + abs(e[l]))
            let negligible = Double.ulpOfOne * largest
            var m = l
            while m < n - 1, abs(e[m]) > negligible { m += 1 }
            if m > l {
                repeat { sweep(from: l, to: m, shift: &shift) } while abs(e[l]) > negligible
            }
            d[l] += shift
            e[l] = 0
        }
    }

    /// One QL step on rows l to m.
    private mutating func sweep(from l: Int, to m: Int, shift: inout Double) {
        var g = d[l]
        var p = (d[l + 1] - g) / (2 * e[l])
        var r = hypot(p, 1)
        if p < 0 { r = -r }
        d[l] = e[l] / (p + r)
        d[l + 1] = e[l] * (p + r)
        let (next, nextOff) = (d[l + 1], e[l + 1])
        let h = g - d[l]
        for i in l + 2..<max(n, l + 2) { d[i] -= h }
        shift += h
        p = d[m]
        var (c, c2, c3) = (1.0, 1.0, 1.0)
        var (s, s2) = (0.0, 0.0)
        for i in stride(from: m - 1, through: l, by: -1) {
            (c3, c2, s2) = (c2, c, s)
            g = c * e[i]
            let h = c * p
            r = hypot(p, e[i])
            e[i + 1] = s * r
            s = e[i] / r
            c = p / r
            p = c * d[i] - s * g
            d[i + 1] = h + s * (c * g + s * d[i])
            rotate(v + i * n, v + (i + 1) * n, cosine: c, sine: s)
        }
        p = -s * s2 * c3 * nextOff * e[l] / next
        e[l] = s * p
        d[l] = c * p
    }

    private func rotate(
        _ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>, cosine: Double, sine: Double
    ) {
        for k in 0..<n {
            let (a, b) = (left[k], right[k])
            right[k] = sine * a + cosine * b
            left[k] = cosine * a - sine * b
        }
    }
}
