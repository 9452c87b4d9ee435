import CKernels

/// op(A) [rows, inner] · op(B) [inner, columns] → C [rows, columns], or added to C.
///
/// Few rows times a transposed matrix, as a layer of a perceptron is, are computed as Cᵀ = B · Aᵀ and transposed: sgemm
/// then takes the large matrix as it lies, and is 1.2 to 1.7 times as fast.
final class MatrixProduct: Instruction {
    private let rows: Int
    private let columns: Int
    private let inner: Int
    private let transposeA: Bool
    private let transposeB: Bool
    private let a: Location
    private let b: Location
    private let c: Location
    private let scratch: Location
    private let accumulates: Bool
    private let isTransposedForm: Bool

    /// Up to so many rows the other order is faster.
    private static let fewRows = 128

    init(
        shapeA: Shape, shapeC: Shape, transposeA: Bool, transposeB: Bool, a: Location, b: Location, c: Location,
        scratch: Location, accumulates: Bool
    ) {
        rows = shapeC[0]
        columns = shapeC[1]
        inner = transposeA ? shapeA[0] : shapeA[1]
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.a = a
        self.b = b
        self.c = c
        self.scratch = scratch
        self.accumulates = accumulates
        let count = Self.scratchCount(shapeC: shapeC, transposeA: transposeA, transposeB: transposeB)
        isTransposedForm = count > 0 && !accumulates
    }

    /// Floats of scratch for a product of shape `shapeC`.
    static func scratchCount(shapeC: Shape, transposeA: Bool, transposeB: Bool) -> Int {
        let isTransposedForm = transposeB && !transposeA && shapeC[0] <= fewRows && shapeC[0] <= shapeC[1]
        return isTransposedForm ? MemoryPlanner.aligned(shapeC.count) : 0
    }

    override var label: String {
        "MatrixProduct [\(rows), \(inner)] · [\(inner), \(columns)]\(isTransposedForm ? ", transposed form" : "")"
    }

    override var floatingPointOperations: Int { 2 * rows * inner * columns }

    override func run(_ memory: Memory) {
        if isTransposedForm {
            sgemm(
                false, true, rows: columns, columns: rows, inner: inner, memory[b], inner, memory[a], inner,
                memory[scratch], rows)
            ck_transpose(memory[scratch], memory[c], columns, rows)
        } else {
            sgemm(
                transposeA, transposeB, rows: rows, columns: columns, inner: inner, memory[a],
                transposeA ? rows : inner, memory[b], transposeB ? inner : columns, beta: accumulates ? 1 : 0,
                memory[c], columns)
        }
    }
}
