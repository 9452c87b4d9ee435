import CLAPACK

/// The eigenvalues and eigenvectors of a real symmetric matrix: A = Σ λᵢ vᵢ vᵢᵀ, by LAPACK's `dsyevd` (divide and conquer;
/// Anderson et al., "LAPACK users' guide", 1999).
package struct SymmetricEigen: Sendable {
    /// Eigenvalues, the largest first.
    package let values: [Double]
    /// Eigenvectors of length 1 in the order of their values, a row each: [size, size]; empty where they were not asked for.
    package let vectors: [Double]
    package let size: Int

    /// - Parameters:
    ///   - matrix: [size, size]; symmetric, of which the lower triangle counts.
    ///   - withVectors: false computes the eigenvalues alone, in a fraction of the time.
    /// - Precondition: every value is finite.
    package init(_ matrix: [Double], size: Int, withVectors: Bool = true) {
        precondition(matrix.count == size * size, "a matrix of \(size) rows has \(size * size) values")
        precondition(matrix.allSatisfy(\.isFinite), "an eigenproblem has finite values")
        self.size = size
        guard size > 0 else {
            (values, vectors) = ([], [])
            return
        }
        var columns = matrix
        var ascending = [Double](repeating: 0, count: size)
        // LAPACK stores by columns: our lower triangle is its upper one.
        let (job, triangle) = (CChar(UInt8(ascii: withVectors ? "V" : "N")), CChar(UInt8(ascii: "U")))
        var order = Int32(size)
        var status: Int32 = 0
        var (workCount, indexCount) = (Int32(-1), Int32(-1))
        var (bestWork, bestIndices) = (0.0, Int32(0))
        // The first call says how much memory the second one works with.
        dsyevd_(
            [job], [triangle], &order, &columns, &order, &ascending, &bestWork, &workCount, &bestIndices, &indexCount,
            &status, 1, 1)
        (workCount, indexCount) = (Int32(bestWork), bestIndices)
        var work = [Double](repeating: 0, count: Int(workCount))
        var indices = [Int32](repeating: 0, count: Int(indexCount))
        dsyevd_(
            [job], [triangle], &order, &columns, &order, &ascending, &work, &workCount, &indices, &indexCount, &status,
            1, 1)
        precondition(status == 0, "dsyevd found no eigenvalues of a matrix of \(size) rows: status \(status)")
        values = ascending.reversed()
        // Column j of LAPACK's result, contiguous, is the vector of the j-th smallest value.
        vectors =
            withVectors
            ? (0..<size).reversed().flatMap { columns[$0 * size..<($0 + 1) * size] } : []
    }

    /// Σ f(λᵢ) vᵢ vᵢᵀ: [size, size]. With f = √ the square root of a positive semidefinite matrix.
    ///
    /// - Precondition: the eigenvectors were asked for.
    package func applying(_ function: (Double) -> Double) -> [Double] {
        precondition(vectors.count == size * size, "a function of a matrix needs its eigenvectors")
        var weighted = vectors
        for index in 0..<size {
            let weight = function(values[index])
            for place in index * size..<(index + 1) * size { weighted[place] *= weight }
        }
        return SquareMatrix.multiply(vectors, weighted, size: size, transposeA: true)
    }
}

/// Products of square matrices in float64, by BLAS's `dgemm`.
package enum SquareMatrix {
    /// op(A) · B of row-major matrices: [size, size].
    package static func multiply(_ a: [Double], _ b: [Double], size: Int, transposeA: Bool = false) -> [Double] {
        precondition(a.count == size * size && b.count == size * size, "square matrices of \(size) rows")
        var result = [Double](repeating: 0, count: size * size)
        guard size > 0 else { return result }
        // By columns, as BLAS reads them, these are transposes: (op(A) · B)ᵀ = Bᵀ · op(A)ᵀ.
        let (no, yes) = (CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "T")))
        var order = Int32(size)
        var (one, zero) = (1.0, 0.0)
        dgemm_(
            [no], [transposeA ? yes : no], &order, &order, &order, &one, b, &order, a, &order, &zero, &result, &order,
            1, 1)
        return result
    }
}
