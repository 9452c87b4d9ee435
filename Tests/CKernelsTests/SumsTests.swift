import CKernels
import TestSupport
import Testing

@Suite("Sums")
struct SumsTests {
    @Test("Sum and sum of squares agree with double arithmetic")
    func sums() {
        var generator = SeededRandom(seed: 31)
        for n in awkwardLengths + [100_000] {
            let x = generator.floats(n)
            let magnitude = x.reduce(0.0) { $0 + Double(abs($1)) }
            #expect(abs(ck_sum(x, n) - x.reduce(0.0) { $0 + Double($1) }) <= 2e-6 * magnitude)
            let squares = x.reduce(0.0) { $0 + Double($1 * 0.3) * Double($1 * 0.3) }
            #expect(abs(ck_sum_of_squares(x, 0.3, n) - squares) <= 1e-12 * squares)
        }
    }

    @Test(
        "The order of a sum is the documented one: 4 vectors of 16 lanes, folded by halves, blocks of 1,024 in double")
    func orderOfSum() {
        var generator = SeededRandom(seed: 32)
        for n in awkwardLengths + [10_000] {
            let x = generator.floats(n, in: -1e4...1e4)
            var expected = 0.0
            for start in stride(from: 0, to: n, by: 1024) {
                let block = Array(x[start..<min(n, start + 1024)])
                let full = block.count / 64 * 64
                var lanes = [Float](repeating: 0, count: 64)
                for i in 0..<full { lanes[i % 64] += block[i] }
                let vectors = block.count / 16 * 16
                for i in full..<vectors { lanes[i % 16] += block[i] }
                var folded = (0..<16).map { (l: Int) -> Float in
                    let (front, back) = (lanes[l] + lanes[16 + l], lanes[32 + l] + lanes[48 + l])
                    return front + back
                }
                for width in [8, 4, 2, 1] { folded = zip(folded.prefix(width), folded.dropFirst(width)).map(+) }
                var sum = folded[0]
                for value in block[vectors...] { sum += value }
                expected += Double(sum)
            }
            #expect(ck_sum(x, n) == expected)
        }
    }

    @Test(
        "Sums over rows and over columns add to what is there", arguments: [1, 2, 3, 10, 15, 16, 20, 64, 65, 100, 1500])
    func rowsAndColumns(columns: Int) {
        var generator = SeededRandom(seed: 33)
        for rows in [0, 1, 2, 15, 16, 17, 63, 64, 65, 200, 1100] {
            let x = generator.floats(rows * columns)
            var byColumn = (0..<columns).map { Double($0) }
            var byRow = (0..<rows).map { Double(-$0) }
            var expectedByColumn = byColumn
            var expectedByRow = byRow
            for r in 0..<rows {
                for c in 0..<columns {
                    expectedByColumn[c] += Double(x[r * columns + c])
                    expectedByRow[r] += Double(x[r * columns + c])
                }
            }
            ck_accumulate_rows(x, &byColumn, rows, columns)
            ck_accumulate_columns(x, &byRow, rows, columns)
            let tolerance = { (n: Int) in 2e-7 * 4 * Double(n + 1) }
            #expect(zip(byColumn, expectedByColumn).allSatisfy { abs($0 - $1) <= tolerance(rows) })
            #expect(zip(byRow, expectedByRow).allSatisfy { abs($0 - $1) <= tolerance(columns) })
        }
    }

    @Test("Doubles are rounded to floats")
    func rounding() {
        let x = (0..<100).map { Double($0) / 3 - 11 }
        var y = [Float](repeating: 0, count: x.count)
        ck_doubles_to_floats(x, &y, x.count)
        #expect(y == x.map(Float.init))
    }
}
