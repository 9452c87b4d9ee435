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

    /// The files were made by hand: chunks written with Python's zlib and struct.
    @Test("palettes are expanded, transparency lies over white, 16 bits become 8")
    func kinds() throws {
        let palette = try decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEX/AAAA/wDSh+9xAAAAC0lEQVR4nGNgYAQAAAQAAr96P0oAAAAA"
                + "SUVORK5CYII=")
        #expect(palette == RasterImage(width: 2, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0]))
        let transparent = try decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAD0lEQVR4nGPgEpH7D8QMAAc0AXhgM8M3AAAAAElFTkSuQmCC")
        #expect(transparent == RasterImage(width: 2, height: 1, channels: 3, pixels: [10, 20, 30, 255, 255, 255]))
        let deep = try decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR4nGNoaPj/HwAGggL/s75RMwAAAABJRU5ErkJggg==")
        #expect(deep == RasterImage(width: 2, height: 1, channels: 1, pixels: [128, 255]))
    }

    @Test("an image of 100,000 × 100,000 pixels is refused by its header")
    func huge() throws {
        let error = #expect(throws: FileFormatError.self) {
            try decode("iVBORw0KGgoAAAANSUhEUgABhqAAAYagCAIAAAAnMJyfAAAACUlEQVR4nGMAAAABAAFe/335AAAAAElFTkSuQmCC")
        }
        #expect(
            error?.description
                == "x: the image is too large; expected at most 67108864 pixels, got 100000 × 100000; "
                + "shrink it or remove it")
    }

    @Test("truncated at any byte, or another format: a sentence")
    func broken() throws {
        let image = RasterImage(width: 9, height: 9, channels: 1, pixels: [UInt8](0..<81))
        let bytes = try PNGImage.encode(image)
        // The last chunk, IEND, is 12 bytes without content; what is cut there is no loss.
        for length in 8..<(bytes.count - 12) {
            let error = #expect(throws: FileFormatError.self, "cut at \(length)") {
                try PNGImage.decode(Array(bytes[..<length]), file: "x")
            }
            #expect(error?.problem.hasPrefix("the PNG image is broken (") == true)
        }
        let error = #expect(throws: FileFormatError.self) { try PNGImage.decode([0xff, 0xd8], file: "x") }
        #expect(error?.description.contains("byte 0: this is no PNG file") == true)
        #expect(error?.found == "FF D8")
    }

    private func decode(_ base64: String) throws -> RasterImage {
        try PNGImage.decode([UInt8](#require(Data(base64Encoded: base64))), file: "x")
    }
}
