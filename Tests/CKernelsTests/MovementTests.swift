import CKernels
import TestSupport
import Testing

@Suite("Moving data")
struct MovementTests {
    @Test("Rows are copied between arrays of different row lengths")
    func copyRows() {
        var generator = SeededRandom(seed: 61)
        for length in [0, 1, 2, 5, 16, 21, 64, 300] {
            for rows in [0, 1, 3, 17] {
                let (xStride, yStride) = (length + 3, length + 2)
                let x = generator.floats(rows * xStride)
                var y = [Float](repeating: 9, count: rows * yStride)
                ck_copy_rows(x, xStride, &y, yStride, length, rows)
                for r in 0..<rows {
                    #expect(y[r * yStride..<r * yStride + length] == x[r * xStride..<r * xStride + length])
                    #expect(y[r * yStride + length..<(r + 1) * yStride].allSatisfy { $0 == 9 })
                }
            }
        }
    }

    /// Pixel by pixel, in every direction and by more than a side.
    @Test("Images move by whole pixels, and zeros come in")
    func shiftImages() {
        var generator = SeededRandom(seed: 63)
        for (height, width, channels) in [(1, 1, 1), (3, 5, 2), (8, 8, 3), (5, 4, 70)] {
            let offsets: [(Int, Int)] = [
                (0, 0), (1, -2), (-1, 2), (height - 1, 1 - width), (height, 0), (0, -width), (2 * height, 3),
            ]
            let x = generator.floats(offsets.count * height * width * channels)
            var y = [Float](repeating: 9, count: x.count)
            ck_shift_images(
                x, offsets.flatMap { [Float($0.0), Float($0.1)] }, &y, offsets.count, height, width, channels)
            for (n, offset) in offsets.enumerated() {
                for i in 0..<height {
                    for j in 0..<width {
                        let (row, column) = (i - offset.0, j - offset.1)
                        let isInside = 0..<height ~= row && 0..<width ~= column
                        for c in 0..<channels {
                            let expected =
                                isInside ? x[((n * height + row) * width + column) * channels + c] : 0
                            #expect(y[((n * height + i) * width + j) * channels + c] == expected)
                        }
                    }
                }
            }
        }
    }

    @Test("A mirrored image has its columns in reversed order")
    func mirrorImage() {
        var generator = SeededRandom(seed: 64)
        for (height, width, channels) in [(1, 1, 1), (2, 4, 3), (3, 5, 1), (2, 7, 20)] {
            let x = generator.floats(height * width * channels)
            var y = x
            ck_mirror_image(&y, height, width, channels)
            for i in 0..<height {
                for j in 0..<width {
                    for c in 0..<channels {
                        #expect(
                            y[(i * width + j) * channels + c] == x[(i * width + width - 1 - j) * channels + c])
                    }
                }
            }
        }
    }

    @Test("Transposition")
    func transpose() {
        for (rows, columns) in [(1, 1), (1, 9), (8, 8), (7, 9), (16, 24), (17, 33), (100, 3), (3, 100), (64, 49)] {
            let x = (0..<rows * columns).map { Float($0) }
            var y = [Float](repeating: -1, count: rows * columns)
            ck_transpose(x, &y, rows, columns)
            #expect(y == (0..<columns).flatMap { c in (0..<rows).map { Float($0 * columns + c) } })
        }
    }

    /// Index by index.
    private func permuted(_ shape: [Int], _ axes: [Int]) -> [Float] {
        var strides = [Int](repeating: 1, count: shape.count)
        for i in stride(from: shape.count - 2, through: 0, by: -1) { strides[i] = strides[i + 1] * shape[i + 1] }
        var offsets = [0]
        for axis in axes {
            offsets = offsets.flatMap { base in (0..<shape[axis]).map { base + $0 * strides[axis] } }
        }
        return offsets.map { Float($0) }
    }

    private func permutations(_ n: Int) -> [[Int]] {
        n == 0
            ? [[]]
            : permutations(n - 1).flatMap { shorter in
                (0..<n).map { at in Array(shorter[..<at]) + [n - 1] + Array(shorter[at...]) }
            }
    }

    @Test(
        "Permutation of any axes, all orders",
        arguments: [
            [7], [1], [3, 5], [9, 8], [2, 3, 4], [2, 17, 9], [1, 4, 5], [2, 3, 4, 5], [2, 9, 10, 16], [1, 3, 1, 4],
            [2, 3, 1, 4, 5], [2, 3, 2, 3, 2, 4],
        ])
    func permute(shape: [Int]) {
        let x = (0..<shape.reduce(1, *)).map { Float($0) }
        for axes in permutations(shape.count) {
            var y = [Float](repeating: -1, count: x.count)
            ck_permute(x, &y, shape.map(Int32.init), axes.map(Int32.init), Int32(shape.count))
            #expect(y == permuted(shape, axes), "\(shape) by \(axes)")
        }
    }

    @Test("A permutation of nothing, and of a scalar")
    func permuteDegenerate() {
        var y: [Float] = [5]
        ck_permute([1], &y, [0, 3], [1, 0], 2)
        #expect(y == [5])
        ck_permute([2], &y, [], [], 0)
        #expect(y == [2])
    }

    @Test("Rows of a table are gathered, and their gradients scattered in order")
    func tableRows() {
        let indices: [Float] = [2, 0, 2, 4, 1, 2]
        for columns in [1, 3, 16, 35, 300] {
            let table = (0..<5 * columns).map { Float($0) }
            var y = [Float](repeating: -1, count: indices.count * columns)
            ck_gather_rows(table, indices, &y, indices.count, columns, table.count / max(1, columns))
            #expect(y == indices.flatMap { table[Int($0) * columns..<(Int($0) + 1) * columns] })
            var sums = [Float](repeating: -1, count: 5 * columns)
            ck_scatter_rows(y, indices, &sums, indices.count, columns, 5)
            let times: [Float] = [1, 1, 3, 0, 1]
            #expect(sums == (0..<5 * columns).map { table[$0] * times[$0 / columns] })
        }
    }

    @Test("Scattering leaves out indices beyond the table")
    func scatterOutside() {
        var table: [Float] = [9, 9, 9]
        ck_scatter_rows([1, 2, 3, 4], [-1, 3, .nan, 1], &table, 4, 1, 3)
        #expect(table == [0, 4, 0])
    }

    @Test("Bytes become floats")
    func bytes() {
        let x = (0..<1000).map { UInt8($0 % 256) }
        var y = [Float](repeating: 0, count: x.count)
        ck_bytes_to_floats(x, 2 / 255, -1, &y, x.count)
        #expect(y == x.map { Float($0) * (2 / 255) + -1 })
    }
}
