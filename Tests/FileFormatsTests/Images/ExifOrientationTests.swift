import FileFormats
import Testing

/// What Pillow's `exif_transpose` makes of odd Exif blocks, in the eXIf chunk of a PNG of 3 × 2 pixels, 1 to 6.
@Suite("Exif orientations")
struct ExifOrientationTests {
    private static let upright: [UInt8] = [1, 2, 3, 4, 5, 6]
    /// Turned clockwise, 2 × 3.
    private static let clockwise: [UInt8] = [4, 1, 5, 2, 6, 3]
    private static let upsideDown: [UInt8] = [6, 5, 4, 3, 2, 1]

    @Test(
        "the eight orientations",
        arguments: zip(
            1...8,
            [
                upright, [3, 2, 1, 6, 5, 4], upsideDown, [4, 5, 6, 1, 2, 3], [1, 4, 2, 5, 3, 6], clockwise,
                [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
            ] as [[UInt8]]))
    func eight(orientation: Int, pixels: [UInt8]) throws {
        for isBigEndian in [false, true] {
            let image = try decode(Block([.short(orientation)], isBigEndian: isBigEndian).bytes)
            #expect(image.pixels == pixels)
            #expect(image.width == (orientation >= 5 ? 2 : 3))
        }
    }

    @Test("any number type will do, text and bytes will not; of several values the first counts")
    func types() throws {
        // Type, count, value or offset; then what is outside the directory, at 26.
        let turned: [(Int, Int, [UInt8], [UInt8])] = [
            (3, 1, [6, 0, 0, 0], []), (4, 1, [6, 0, 0, 0], []), (6, 1, [6, 0, 0, 0], []), (8, 1, [6, 0, 0, 0], []),
            (9, 1, [6, 0, 0, 0], []), (13, 1, [6, 0, 0, 0], []), (3, 2, [6, 0, 3, 0], []),
            (11, 1, [0, 0, 0xc0, 0x40], []), (12, 1, [26, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0x18, 0x40]),
            (5, 1, [26, 0, 0, 0], [12, 0, 0, 0, 2, 0, 0, 0]), (16, 1, [26, 0, 0, 0], [6, 0, 0, 0, 0, 0, 0, 0]),
            (3, 3, [26, 0, 0, 0], [6, 0, 1, 0, 1, 0]),
        ]
        for (type, count, value, outside) in turned {
            let block = Block([.init(tag: 274, type: type, count: count, value: value)]).bytes + outside
            #expect(try decode(block).pixels == Self.clockwise, "type \(type), \(count)")
        }
        let upright: [(Int, Int, [UInt8])] = [
            (1, 1, [6, 0, 0, 0]), (2, 2, [0x36, 0, 0, 0]), (7, 1, [6, 0, 0, 0]), (3, 0, [6, 0, 0, 0]),
            (99, 1, [6, 0, 0, 0]), (0, 1, [6, 0, 0, 0]), (14, 1, [6, 0, 0, 0]), (3, 3, [200, 0, 0, 0]),
            (3, 1, [0, 0, 0, 0]), (3, 1, [9, 0, 0, 0]), (3, 1, [6, 1, 0, 0]), (4, 1 << 30, [26, 0, 0, 0]),
            (9, 1, [250, 255, 255, 255]),
        ]
        for (type, count, value) in upright {
            let block = Block([.init(tag: 274, type: type, count: count, value: value)]).bytes
            #expect(try decode(block).pixels == Self.upright, "type \(type), \(count)")
        }
    }

    @Test("the first valid entry counts; a directory that breaks off is read as far as it goes")
    func entries() throws {
        let bad = Block.Entry(tag: 274, type: 99, count: 1, value: [6, 0, 0, 0])
        #expect(try decode(Block([.short(6), .short(3)]).bytes).pixels == Self.clockwise)
        #expect(try decode(Block([bad, .short(3)]).bytes).pixels == Self.upsideDown)
        var long = Block([.short(6)]).bytes
        long[8] = 200
        #expect(try decode(long).pixels == Self.clockwise)
        let block = Block([.short(6)]).bytes
        for length in 0..<22 { #expect(try decode(Array(block[..<length])).pixels == Self.upright, "cut at \(length)") }
        #expect(try decode(Array(block[..<22])).pixels == Self.clockwise)
        #expect(try decode(Array("Exif\0\0".utf8) + block).pixels == Self.clockwise)
        #expect(try decode(Array("Exif\0\0Exif\0\0".utf8) + block).pixels == Self.clockwise)
        #expect(try decode(Array("garbage!".utf8)).pixels == Self.upright)
    }

    @Test("XMP counts where Exif has no orientation")
    func xmp() throws {
        func xmp(_ text: String) -> [UInt8] {
            PNGBytes.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0\(text)".utf8))
        }
        let element = xmp("<tiff:Orientation>3</tiff:Orientation>")
        #expect(try decode(before: element).pixels == Self.upsideDown)
        #expect(try decode(before: xmp("<x tiff:Orientation=\"6\"/>")).pixels == Self.clockwise)
        #expect(try decode(before: xmp("tiff:Orientation; <x tiff:Orientation=\"6\"/>")).pixels == Self.clockwise)
        #expect(try decode(before: xmp("<x tiff:Orientation='3'/>")).pixels == Self.upright)
        #expect(try decode(before: xmp("<x tiff:Orientation=\"9\"/>")).pixels == Self.upright)
        #expect(try decode(before: xmp("tiff:Orientation=\"")).pixels == Self.upright)
        let exif = { PNGBytes.chunk("eXIf", $0) }
        #expect(try decode(before: element + exif(Block([.short(6)]).bytes)).pixels == Self.clockwise)
        #expect(try decode(before: element + exif(Block([.short(0)]).bytes)).pixels == Self.upright)
        #expect(try decode(before: element + exif(Block([]).bytes)).pixels == Self.upsideDown)
    }

    @Test("what must not become smaller is meant as the image is shown")
    func smallest() throws {
        // 70,000 × 1,200 pixels stored, shown upright as 1,200 × 70,000: too large for no reduction, 2 leaves 600.
        let (width, height) = (70_000, 1_200)
        let rows = [UInt8](repeating: 0, count: (width + 1) * height)
        let file = PNGBytes.file(
            width: width, height: height, depth: 8, colourType: 0, rows: rows,
            before: PNGBytes.chunk("eXIf", Block([.short(6)]).bytes))
        let image = try ImageFile.decode(file, file: "x", smallest: (600, 30_000))
        #expect(image.width == 600 && image.height == 35_000)
        #expect(try ImageFile.decode(file, file: "x", smallest: (601, 64)).width == 1_200)
    }

    private func decode(_ exif: [UInt8]) throws -> RasterImage {
        try decode(before: PNGBytes.chunk("eXIf", exif))
    }

    private func decode(before: [UInt8]) throws -> RasterImage {
        let rows: [UInt8] = [0, 1, 2, 3, 0, 4, 5, 6]
        return try ImageFile.decode(
            PNGBytes.file(width: 3, height: 2, depth: 8, colourType: 0, rows: rows, before: before), file: "x")
    }
}

/// A TIFF file of one directory.
private struct Block {
    struct Entry {
        var tag: Int
        var type: Int
        var count: Int
        var value: [UInt8]

        static func short(_ orientation: Int) -> Entry {
            Entry(tag: 274, type: 3, count: 1, value: [UInt8(orientation), 0, 0, 0])
        }
    }

    let bytes: [UInt8]

    init(_ entries: [Entry], isBigEndian: Bool = false) {
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBigEndian ? bytes.reversed() : bytes
        }
        var bytes: [UInt8] = isBigEndian ? [0x4d, 0x4d] : [0x49, 0x49]
        bytes += number(42, 2) + number(8, 4) + number(entries.count, 2)
        for entry in entries {
            bytes += number(entry.tag, 2) + number(entry.type, 2) + number(entry.count, 4)
            // A short is in the first two bytes.
            bytes += isBigEndian ? number(Int(entry.value[0]), 2) + [0, 0] : entry.value
        }
        self.bytes = bytes + [0, 0, 0, 0]
    }
}
