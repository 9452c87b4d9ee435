import CKernels
import TestSupport
import Testing

@Suite("Element-wise loops")
struct ElementwiseTests {
    typealias Unary = @Sendable (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
    typealias Binary =
        @Sendable (UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void

    static let unary: [(String, Unary, @Sendable (Float) -> Float)] = [
        ("copy", { ck_copy($0, $1, $2) }, { $0 }),
        ("negate", { ck_negate($0, $1, $2) }, { -$0 }),
        ("absolute", { ck_absolute($0, $1, $2) }, { abs($0) }),
        ("square", { ck_square($0, $1, $2) }, { $0 * $0 }),
        ("square root", { ck_square_root($0, $1, $2) }, { $0.squareRoot() }),
        ("reciprocal", { ck_reciprocal($0, $1, $2) }, { 1 / $0 }),
        ("reciprocal square root", { ck_reciprocal_square_root($0, $1, $2) }, { 1 / $0.squareRoot() }),
        ("sign", { ck_sign($0, $1, $2) }, { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
        ("relu", { ck_relu($0, $1, $2) }, { 0 > $0 ? 0 : $0 }),
        ("leaky relu", { ck_leaky_relu($0, 0.2, $1, $2) }, { $0 > 0 ? $0 : $0 * 0.2 }),
        ("relu slope", { ck_relu_slope($0, 0.2, $1, $2) }, { $0 > 0 ? 1 : 0.2 }),
        ("scale", { ck_scale($0, 0.3, $1, $2) }, { $0 * 0.3 }),
        ("add scalar", { ck_add_scalar($0, 0.3, $1, $2) }, { $0 + 0.3 }),
    ]

    static let binary: [(String, Binary, @Sendable (Float, Float) -> Float)] = [
        ("add", { ck_add($0, $1, $2, $3) }, { $0 + $1 }),
        ("subtract", { ck_subtract($0, $1, $2, $3) }, { $0 - $1 }),
        ("multiply", { ck_multiply($0, $1, $2, $3) }, { $0 * $1 }),
        ("divide", { ck_divide($0, $1, $2, $3) }, { $0 / $1 }),
        ("maximum", { ck_maximum($0, $1, $2, $3) }, { $0.isNaN || $1.isNaN ? .nan : $0 > $1 ? $0 : $1 }),
        ("minimum", { ck_minimum($0, $1, $2, $3) }, { $0.isNaN || $1.isNaN ? .nan : $0 < $1 ? $0 : $1 }),
    ]

    @Test("One operand: the bits of the plain expression, at every length, in place too", arguments: unary.indices)
    func oneOperand(index: Int) {
        let (name, kernel, reference) = Self.unary[index]
        var generator = SeededRandom(seed: 11)
        var inputs = awkwardLengths.map { generator.floats($0) }
        inputs.append(floatsOfEveryExponent(perExponent: 3) + [.infinity, -.infinity, .nan])
        for x in inputs {
            let expected = x.map(reference)
            #expect(sameBits(apply(kernel, x), expected), "\(name) of \(x.count)")
            var inPlace = x
            inPlace.withUnsafeMutableBufferPointer { kernel($0.baseAddress, $0.baseAddress, $0.count) }
            #expect(sameBits(inPlace, expected), "\(name) in place of \(x.count)")
        }
    }

    @Test("Two operands: the bits of the plain expression, written over either operand too", arguments: binary.indices)
    func twoOperands(index: Int) {
        let (name, kernel, reference) = Self.binary[index]
        var generator = SeededRandom(seed: 12)
        var inputs = awkwardLengths.map { (generator.floats($0), generator.floats($0)) }
        let special: [Float] = [0, -0.0, 1, -2, .infinity, -.infinity, .nan, .greatestFiniteMagnitude]
        inputs.append((special.flatMap { value in special.map { _ in value } }, special.flatMap { _ in special }))
        for (a, b) in inputs {
            let expected = zip(a, b).map(reference)
            var y = [Float](repeating: 0, count: a.count)
            kernel(a, b, &y, a.count)
            #expect(sameBits(y, expected), "\(name) of \(a.count)")
            var first = a
            first.withUnsafeMutableBufferPointer { kernel($0.baseAddress, b, $0.baseAddress, $0.count) }
            #expect(sameBits(first, expected), "\(name) over the first operand of \(a.count)")
            var second = b
            second.withUnsafeMutableBufferPointer { kernel(a, $0.baseAddress, $0.baseAddress, $0.count) }
            #expect(sameBits(second, expected), "\(name) over the second operand of \(a.count)")
        }
    }

    @Test("A NaN goes through the rectifiers, as in PyTorch")
    func rectifiersKeepNaN() {
        let x = [Float](repeating: .nan, count: 21)
        #expect(apply({ ck_relu($0, $1, $2) }, x).allSatisfy { $0.isNaN })
        #expect(apply({ ck_leaky_relu($0, 0.1, $1, $2) }, x).allSatisfy { $0.isNaN })
    }

    @Test("Fill, and broadcasts of a row and of a column")
    func broadcasts() {
        var generator = SeededRandom(seed: 13)
        for (rows, columns) in [(1, 1), (3, 1), (1, 5), (7, 3), (100, 10), (2000, 3), (5, 2000), (33, 64), (0, 4)] {
            let row = generator.floats(columns)
            let column = generator.floats(rows)
            var y = [Float](repeating: .nan, count: rows * columns)
            ck_repeat_row(row, &y, rows, columns)
            #expect(y == (0..<rows).flatMap { _ in row })
            ck_repeat_column(column, &y, rows, columns)
            #expect(y == column.flatMap { [Float](repeating: $0, count: columns) })
            ck_fill(2.5, &y, y.count)
            #expect(y.allSatisfy { $0 == 2.5 })
        }
    }
}
