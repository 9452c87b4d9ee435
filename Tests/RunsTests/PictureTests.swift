import FileFormats
import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

/// Grids put every pixel where it belongs; plots show points and modes.
struct PictureTests {
    @Test func everyImageIsInItsCell() {
        // Image i is all of the value i / 10.
        let images = (0..<10).flatMap { [Float](repeating: Float($0) / 10, count: 28 * 28) }
        let grid = SampleGrid.image(images, count: 10, height: 28, width: 28, channels: 1, label: "dcgan-28 · step 500")
        #expect((grid.width, grid.height) == (4 * 58 - 2 + 16, 3 * 58 - 2 + 16 + 22))
        for index in 0..<10 {
            let (left, top) = (8 + index % 4 * 58, 8 + 22 + index / 4 * 58)
            for (x, y) in [(0, 0), (55, 0), (0, 55), (55, 55), (28, 28)] {
                let pixel = grid.pixels[(top + y) * grid.width + left + x]
                #expect(pixel == UInt8((Float(index) / 10 * 255).rounded()))
            }
            // The gap beside it is background.
            #expect(grid.pixels[top * grid.width + left - 1] == 30)
        }
        // The label is drawn above the cells.
        #expect(grid.pixels[..<(30 * grid.width)].contains(215))
        #expect(!grid.pixels[(30 * grid.width)...].contains(215))
    }

    @Test func coloursKeepTheirChannels() {
        let red: [Float] = [1, 0, 0.5]
        let grid = SampleGrid.image(
            (0..<64 * 64).flatMap { _ in red }, count: 1, height: 64, width: 64, channels: 3, label: "")
        #expect(grid.channels == 3)
        let offset = ((8 + 22) * grid.width + 8) * 3
        #expect(Array(grid.pixels[offset..<offset + 3]) == [255, 0, 128])
    }

    @Test func headingsAreAboveTheirColumns() {
        let images = [Float](repeating: 0, count: 6 * 28 * 28)
        func grid(_ headings: [String]) -> RasterImage {
            SampleGrid.image(
                images, count: 6, height: 28, width: 28, channels: 1, label: "", columns: 3, headings: headings)
        }
        let (plain, headed) = (grid([]), grid(["cat", "", String(repeating: "W", count: 100)]))
        // A row of letters of seven pixels, and four below it.
        #expect(headed.height == plain.height + 11 && headed.width == plain.width)
        #expect(
            headed.pixels.suffix((2 * 58 - 2 + 8) * headed.width) == plain.pixels.suffix((2 * 58 - 2 + 8) * plain.width)
        )
        for (column, isWritten) in [true, false, true].enumerated() {
            let ink = (8 + 22..<8 + 22 + 7).contains { y in
                (8 + 58 * column..<8 + 58 * column + 56).contains { headed.pixels[y * headed.width + $0] == 215 }
            }
            #expect(ink == isWritten)
        }
    }

    @Test func awkwardValuesAreClamped() {
        let picture = SampleGrid.picture(
            [-1, 0, 0.5, 1, 2, .nan, .infinity, -.infinity], height: 2, width: 4, channels: 1)
        #expect(picture.pixels == [0, 0, 128, 255, 255, 0, 255, 0])
    }

    @Test func smallGridsWithLongLabelsAreDrawn() {
        for count in [1, 2, 3, 7] {
            _ = SampleGrid.image(
                [Float](repeating: 0, count: count), count: count, height: 1, width: 1, channels: 1,
                label: String(repeating: "W", count: 500))
        }
    }

    @Test func aGridIsWrittenAsPNG() throws {
        let path = temporaryPath() + ".png"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var ramp: [Float] = []
        for index in 0..<64 {
            for pixel in 0..<28 * 28 { ramp.append(Float(pixel % 28 + index % 8) / 35) }
        }
        let grid = SampleGrid.image(ramp, count: 64, height: 28, width: 28, channels: 1, label: "lenet-28 · step 1,500")
        try SampleGrid.write(grid, to: path)
        let decoded = try PNGImage.decode(Array(try Data(contentsOf: URL(fileURLWithPath: path))), file: path)
        #expect(decoded == grid)
        #expect(throws: RunError.self) { try SampleGrid.write(grid, to: "/nonexistent/grid.png") }
    }

    @Test func pointsAndModesAreDrawn() {
        let modes = (0..<8).map { (x: cos(Double($0) * .pi / 4), y: sin(Double($0) * .pi / 4)) }
        let empty = ScatterPlot.image(points: [], modes: modes, radius: 0.03, label: "ring-2d")
        #expect((empty.width, empty.height, empty.channels) == (512, 542, 3))
        // A point outside of the picture, and points that are not finite, change nothing.
        let outside = ScatterPlot.image(
            points: [100, 0, .nan, 0, 0, .infinity], modes: modes, radius: 0.03, label: "ring-2d")
        #expect(outside == empty)
        let inside = ScatterPlot.image(points: [0.5, 0.5], modes: modes, radius: 0.03, label: "ring-2d")
        #expect(inside != empty)
        _ = ScatterPlot.image(points: [0, 0], modes: [], radius: 0, label: "")
    }
}
