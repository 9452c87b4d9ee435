import FileFormats
import Foundation
import Testing

@Suite("PNG images")
struct PNGImageTests {
    @Test("what is encoded is decoded again, gray and RGB", arguments: [1, 3])
    func roundTrip(channels: Int) throws {
        let pixels = (0..<(37 * 23 * channels)).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
        let image = RasterImage(width: 37, height: 23, channels: channels, pixels: pixels)
        let bytes = try PNGImage.encode(image)
        #expect(bytes.starts(with: PNGImage.signature))
        #expect(try PNGImage.decode(bytes, file: "x") == image)
        #expect(try PNGImage.encode(image) == bytes, "equal images give equal bytes")
    }

    @Test("noise, which does not compress, is encoded too", arguments: [1, 3])
    func noise(channels: Int) throws {
        var state: UInt64 = 1
        let pixels = (0..<1024 * 1024 * channels).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let image = RasterImage(width: 1024, height: 1024, channels: channels, pixels: pixels)
        #expect(try PNGImage.decode(try PNGImage.encode(image), file: "x") == image)
    }

    /// The value of a pixel is (7x + 13y) mod 256; a box's mean is rounded to the nearest.
    @Test("72 million pixels are reduced to the means of boxes; the last ones are smaller", arguments: [0, 2])
    func large(colourType: Int) throws {
        let (width, height) = (9001, 8001)
        let channels = colourType == 0 ? 1 : 3
        func value(_ x: Int, _ y: Int) -> Int { (7 * x + 13 * y) & 255 }
        // Filter "up": each row after the first is 13 more than the one above.
        let first = (0..<width).flatMap { [UInt8](repeating: UInt8(value($0, 0)), count: channels) }
        let others = [2] + [UInt8](repeating: 13, count: width * channels)
        var rows = [0] + first
        for _ in 1..<height { rows += others }
        let file = PNGBytes.file(width: width, height: height, depth: 8, colourType: colourType, rows: rows)

        let image = try ImageFile.decode(file, file: "x", smallest: (32, 32))
        #expect(image.width == 4501 && image.height == 4001 && image.channels == channels)
        for (x, y) in [(0, 0), (1, 0), (0, 1), (17, 39), (4499, 3999), (4500, 17), (17, 4000), (4500, 4000)] {
            let box = [(0, 0), (1, 0), (0, 1), (1, 1)].map { (2 * x + $0, 2 * y + $1) }
                .filter { $0.0 < width && $0.1 < height }
            let mean = (box.reduce(0) { $0 + value($1.0, $1.1) } + box.count / 2) / box.count
            let start = (y * image.width + x) * channels
            #expect(image.pixels[start..<start + channels].allSatisfy { Int($0) == mean }, "(\(x), \(y))")
        }
        let refused = #expect(throws: FileFormatError.self) { try ImageFile.decode(file, file: "x") }
        #expect(refused?.problem == "the image is too large")
    }

    @Test("a header that claims more than 2^30 pixels, or more than its data can hold, is refused before its pixels")
    func claims() throws {
        let huge = PNGBytes.file(width: 100_000, height: 100_000, depth: 8, colourType: 2, rows: [0])
        let error = #expect(throws: FileFormatError.self) { try PNGImage.decode(huge, file: "x") }
        #expect(
            error?.description
                == "x: the image is too large; expected at most 1073741824 pixels, got 100000 × 100000; "
                + "shrink it or remove it")
        for interlaced in [false, true] {
            let empty = PNGBytes.file(
                width: 30_000, height: 30_000, depth: 8, colourType: 2, interlaced: interlaced, rows: [0])
            let claim = #expect(throws: FileFormatError.self) {
                try PNGImage.decode(empty, file: "x", smallest: (8, 8))
            }
            #expect(
                claim?.problem
                    == "the PNG image is broken (its data are too short for 30000 × 30000 pixels)")
        }
        let none = PNGBytes.file(width: 0, height: 4, depth: 8, colourType: 2, rows: [0])
        #expect(throws: FileFormatError.self) { try PNGImage.decode(none, file: "x") }
    }

    @Test("cut at any byte: a sentence, or the whole image when only checksums are missing")
    func cut() throws {
        let image = RasterImage(width: 9, height: 9, channels: 1, pixels: [UInt8](0..<81))
        let bytes = try PNGImage.encode(image)
        var whole: [Int] = []
        for length in 8..<bytes.count {
            do {
                #expect(try PNGImage.decode(Array(bytes[..<length]), file: "x") == image, "cut at \(length)")
                whole.append(length)
            } catch let error as FileFormatError {
                #expect(error.problem.hasPrefix("the PNG image is broken ("), "cut at \(length)")
            }
        }
        // IEND has 12 bytes, the checksums of IDAT and zlib 4 each; before them is the code that ends the stream.
        let last = bytes.count - 1
        #expect(whole.last == last && whole == Array((last - whole.count + 1)...last))
        #expect((20...22).contains(whole.count), "\(whole.count)")
        for name in ["png/2-8-adam7-ffffff", "png/3-2-adam7-ffffff", "png/0-16-adam7-ffffff"] {
            let interlaced = try GoldenImages.bytes(name)
            let complete = try PNGImage.decode(interlaced, file: "x")
            for length in 12...20 {
                #expect(
                    try PNGImage.decode(Array(interlaced.dropLast(length)), file: "x") == complete, "\(name), \(length)"
                )
            }
        }
        let error = #expect(throws: FileFormatError.self) { try PNGImage.decode([0xff, 0xd8], file: "x") }
        #expect(error?.description.contains("byte 0: this is no PNG file") == true)
        #expect(error?.found == "FF D8")
    }
}
