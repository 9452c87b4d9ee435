/// op(A) [rows, inner] · op(B) [inner, columns] → C [rows, columns], or added to C.
final class MatrixProduct: Instruction {
    private let rows: Int
    private let columns: Int
    private let inner: Int
    private let transposeA: Bool
    private let transposeB: Bool
    private let a: Location
    private let b: Location
    private let c: Location
    private let accumulates: Bool

    init(
        shapeA: Shape, shapeC: Shape, transposeA: Bool, transposeB: Bool, a: Location, b: Location, c: Location,
        accumulates: Bool
    ) {
        rows = shapeC[0]
        columns = shapeC[1]
        inner = transposeA ? shapeA[0] : shapeA[1]
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.a = a
        self.b = b
        self.c = c
        self.accumulates = accumulates
    }

    override var label: String { "MatrixProduct [\(rows), \(inner)] · [\(inner), \(columns)]" }

    override func run(_ memory: Memory) {
        sgemm(
            transposeA, transposeB, rows: rows, columns: columns, inner: inner, memory[a], transposeA ? rows : inner,
            memory[b], transposeB ? inner : columns, beta: accumulates ? 1 : 0, memory[c], columns)
    }
}
