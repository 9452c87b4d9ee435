/// op(A) [rows, inner] · op(B) [inner, columns] → C [rows, columns].
final class MatrixProduct: Instruction {
    private let rows: Int
    private let columns: Int
    private let inner: Int
    private let transposeA: Bool
    private let transposeB: Bool
    private let a: Location
    private let b: Location
    private let c: Location

    init(shapeA: Shape, shapeC: Shape, transposeA: Bool, transposeB: Bool, a: Location, b: Location, c: Location) {
        rows = shapeC[0]
        columns = shapeC[1]
        inner = transposeA ? shapeA[0] : shapeA[1]
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.a = a
        self.b = b
        self.c = c
    }

    override var label: String { "MatrixProduct [\(rows), \(inner)] · [\(inner), \(columns)]" }

    override func run(_ memory: Memory) {
        sgemm(
            transposeA, transposeB, rows: rows, columns: columns, inner: inner, memory[a], transposeA ? rows : inner,
            memory[b], transposeB ? inner : columns, memory[c], columns)
    }
}
