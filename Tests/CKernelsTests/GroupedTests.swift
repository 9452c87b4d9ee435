import CKernels
import TestSupport
import Testing

/// What grouped convolutions are made of, each piece against its definition.
@Suite("Grouped convolutions")
struct GroupedTests {
    /// Regions inside, beyond every edge, and of images with zeros between their pixels.
    static let regions: [(rows: ClosedRange<Int>, columns: ClosedRange<Int>, rowStep: Int, columnStep: Int)] = [
        (0...4, 0...5, 1, 1), (-1...5, -2...7, 1, 1), (2...3, 1...4, 1, 1), (-3...(-1), 6...8, 1, 1),
        (0...8, 0...10, 2, 2), (-1...9, 1...12, 2, 3), (3...20, -4...2, 3, 1),
    ]

    @Test("Packed pixels are the region's, zeros outside", arguments: regions.indices, [(5, 8), (16, 16), (20, 20)])
    func packing(index: Int, size: (taken: Int, inner: Int)) {
        let region = Self.regions[index]
        let (images, height, width, channels, first) = (3, 5, 6, 24, 2)
        var generator = SeededRandom(seed: 71)
        let x = generator.floats(images * height * width * channels)
        var packing = ck_packing(
            images: Int32(images), height: Int32(height), width: Int32(width), channels: Int32(channels),
            taken: Int32(size.taken), inner: Int32(size.inner), firstRow: Int32(region.rows.lowerBound),
            firstColumn: Int32(region.columns.lowerBound), rows: Int32(region.rows.count),
            columns: Int32(region.columns.count), rowStep: Int32(region.rowStep), columnStep: Int32(region.columnStep))
        var expected: [Float] = []
        for row in region.rows {
            for column in region.columns {
                let isPixel =
                    row >= 0 && column >= 0 && row % region.rowStep == 0 && column % region.columnStep == 0
                    && row / region.rowStep < height && column / region.columnStep < width
                for image in 0..<images {
                    let pixel = (image * height + row / region.rowStep) * width + column / region.columnStep
                    for c in 0..<size.inner {
                        expected.append(isPixel && c < size.taken ? x[pixel * channels + first + c] : 0)
                    }
                }
            }
        }
        var packed = [Float](repeating: .nan, count: expected.count)
        x.withUnsafeBufferPointer { ck_pack_pixels($0.baseAddress! + first, &packed, &packing) }
        #expect(packed == expected)
    }

    @Test("Reversed taps change channels and filters of each group")
    func reversal() {
        let (taps, channels, filters, groups) = (6, 3, 5, 4)
        var generator = SeededRandom(seed: 72)
        let filter = generator.floats(taps * channels * filters * groups)
        var expected = filter
        for tap in 0..<taps {
            for c in 0..<channels {
                for g in 0..<groups {
                    for f in 0..<filters {
                        let row = (taps - 1 - tap) * filters + f
                        let source = (tap * channels + c) * groups + g
                        expected[(row * groups + g) * channels + c] = filter[source * filters + f]
                    }
                }
            }
        }
        var reversed = [Float](repeating: .nan, count: filter.count)
        ck_reverse_group_taps(filter, &reversed, taps, channels, filters, groups)
        #expect(reversed == expected)
    }

    /// The order of a sum is that of the taps, whatever else is computed with it: each image alone gives the same bits.
    @Test("An image's bits do not depend on its neighbours", arguments: [0, 1, 2, 4, 8])
    func neighbours(narrow: Int) {
        let (images, height, width, inner) = (13, 5, 6, narrow > 0 ? 16 : 7)
        let window = ck_window(height, width, inner, kernel: (3, 3), pad: (1, 1))
        var generator = SeededRandom(seed: 73)
        let packed = generator.floats(images * height * width * inner)
        let taps = generator.floats(9 * (narrow > 0 ? narrow : inner) * 16)
        let pixels = height * width
        func convolved(_ x: [Float], images: Int) -> [Float] {
            var kernel = ck_groups(
                window: window, images: Int32(images), isAlongRows: 0, narrow: Int32(narrow), lanes: 16, filters: 16,
                imageStride: pixels * 16)
            var y = [Float](repeating: .nan, count: images * pixels * 16)
            ck_convolve_groups(x, taps, &y, &kernel)
            return y
        }
        let together = convolved(packed, images: images)
        for image in 0..<images {
            var alone: [Float] = []
            for pixel in 0..<pixels {
                let first = (pixel * images + image) * inner
                alone += packed[first..<first + inner]
            }
            let first = image * pixels * 16
            let expected = Array(together[first..<first + pixels * 16])
            #expect(sameBits(convolved(alone, images: 1), expected))
        }
    }
}
