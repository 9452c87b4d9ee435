import FileFormats
import Testing

/// What is wrong with PNG files of users: harmless damage changes no pixel, other damage is named.
@Suite("Damaged PNG images")
struct DamagedPNGTests {
    private static let rows: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]
    private static let pixels: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

    private static func file(before: [UInt8] = [], after: [UInt8] = []) -> [UInt8] {
        PNGBytes.file(width: 2, height: 2, depth: 8, colourType: 2, rows: rows, before: before, after: after)
    }

    @Test(
        "ancillary chunks with wrong checksums or nonsense in them change nothing",
        arguments: [
            "tEXt", "iTXt", "zTXt", "iCCP", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "hIST", "pHYs", "tIME", "eXIf",
            "acTL", "fcTL", "fdAT", "prIv",
        ])
    func ancillary(type: String) throws {
        for content: [UInt8] in [[], [0], [255, 255, 255, 255], Array("Comment\0 and more".utf8)] {
            for chunk in [PNGBytes.damagedChunk(type, content), PNGBytes.chunk(type, content)] {
                #expect(try ImageFile.decode(Self.file(before: chunk), file: "x").pixels == Self.pixels)
                #expect(try ImageFile.decode(Self.file(after: chunk), file: "x").pixels == Self.pixels)
            }
        }
    }

    @Test("the end may be missing, or something follow it")
    func end() throws {
        let file = Self.file()
        for bytes in [
            Array(file.dropLast(12)), Array(file.dropLast(5)), file + Array("junk".utf8), file + file,
            Array(file.dropLast(12)) + [0, 0, 0, 9, 1, 2, 3],
        ] {
            #expect(try ImageFile.decode(bytes, file: "x").pixels == Self.pixels)
        }
    }

    @Test("image data in many chunks, empty ones among them, are one stream")
    func manyChunks() throws {
        let stream = PNGBytes.compressed(Self.rows)
        let chunks = stream.flatMap { PNGBytes.chunk("IDAT", [$0]) + PNGBytes.chunk("IDAT", []) }
        let file =
            PNGImage.signature + PNGBytes.header(width: 2, height: 2, depth: 8, colourType: 2) + chunks
            + PNGBytes.chunk("IEND", [])
        #expect(try ImageFile.decode(file, file: "x").pixels == Self.pixels)
        #expect(try ImageFile.decode(Array(file.dropLast(12 + 24)), file: "x").pixels == Self.pixels)
    }

    @Test("wrong checksums of image data are harmless while zlib's own is right; else the image is damaged")
    func imageChecksums() throws {
        let stream = PNGBytes.compressed(Self.rows)
        let head = PNGImage.signature + PNGBytes.header(width: 2, height: 2, depth: 8, colourType: 2)
        let harmless = head + PNGBytes.damagedChunk("IDAT", stream) + PNGBytes.chunk("IEND", [])
        #expect(try ImageFile.decode(harmless, file: "x").pixels == Self.pixels)
        var wrong = stream
        wrong[wrong.count - 1] ^= 1
        let alone = head + PNGBytes.chunk("IDAT", wrong) + PNGBytes.chunk("IEND", [])
        #expect(try ImageFile.decode(alone, file: "x").pixels == Self.pixels)
        let damaged = head + PNGBytes.damagedChunk("IDAT", wrong) + PNGBytes.chunk("IEND", [])
        let error = #expect(throws: FileFormatError.self) { try ImageFile.decode(damaged, file: "x") }
        #expect(error?.problem == "the PNG image is broken (the image data are damaged: their checksums are wrong)")
    }

    @Test("damage that changes pixels is named")
    func named() throws {
        func refusal(_ file: [UInt8]) -> String? {
            #expect(throws: FileFormatError.self) { try ImageFile.decode(file, file: "x") }?.problem
        }
        var header = Self.file()
        header[19] ^= 4
        #expect(refusal(header)?.contains("checksum of its header") == true)
        #expect(
            refusal(Self.file(before: PNGBytes.damagedChunk("tRNS", [0, 1, 0, 2, 0, 3])))?.contains("transparency")
                == true)
        let indexed = { (before: [UInt8]) in
            PNGBytes.file(width: 1, height: 1, depth: 8, colourType: 3, rows: [0, 0], before: before)
        }
        #expect(refusal(indexed(PNGBytes.damagedChunk("PLTE", [1, 2, 3])))?.contains("palette") == true)
        #expect(refusal(indexed([]))?.contains("palette (PLTE) is missing") == true)
        #expect(try ImageFile.decode(indexed(PNGBytes.chunk("PLTE", [1, 2, 3])), file: "x").pixels == [1, 2, 3])
        let kind = PNGBytes.file(width: 1, height: 1, depth: 4, colourType: 2, rows: [0, 0])
        #expect(refusal(kind)?.contains("4 bits a sample of colour type 2") == true)
        let filter = PNGBytes.file(width: 1, height: 1, depth: 8, colourType: 0, rows: [9, 0])
        #expect(refusal(filter)?.hasPrefix("the PNG image is broken (") == true)
        let apple = PNGImage.signature + PNGBytes.chunk("CgBI", [0, 0, 0, 0]) + Self.file().dropFirst(8)
        #expect(refusal(apple)?.contains("iPhone") == true)
        #expect(refusal(PNGImage.signature + PNGBytes.header(width: 1, height: 1, depth: 8, colourType: 0)) != nil)
    }

    /// Palette entries that are missing are black, transparency of such entries counts; the last chunk of a kind wins.
    /// The values are Pillow's.
    @Test("palettes that are too short, and chunks that come twice")
    func palettes() throws {
        func pixels(_ before: [UInt8], after: [UInt8] = [], rows: [UInt8] = [0, 0, 1, 2]) throws -> [UInt8] {
            let file = PNGBytes.file(
                width: 3, height: 1, depth: 8, colourType: 3, rows: rows, before: before, after: after)
            return try ImageFile.decode(file, file: "x").pixels
        }
        let palette = PNGBytes.chunk("PLTE", [10, 20, 30, 40, 50, 60])
        #expect(try pixels(palette, rows: [0, 0, 1, 200]) == [10, 20, 30, 40, 50, 60, 0, 0, 0])
        #expect(
            try pixels(palette + PNGBytes.chunk("tRNS", [128, 0, 0, 9]))
                == [132, 137, 142, 255, 255, 255, 255, 255, 255])
        #expect(try pixels(palette + PNGBytes.chunk("PLTE", [1, 2, 3, 4, 5, 6])) == [1, 2, 3, 4, 5, 6, 0, 0, 0])
        #expect(
            try pixels(palette + PNGBytes.chunk("tRNS", [0]), after: PNGBytes.chunk("tRNS", [128]))
                == [132, 137, 142, 40, 50, 60, 0, 0, 0])
        #expect(try pixels(PNGBytes.chunk("PLTE", [10, 20, 30, 40, 50])) == [10, 20, 30, 0, 0, 0, 0, 0, 0])
    }

    @Test("a text that inflates to 100 MB is not read")
    func textBomb() throws {
        let text = PNGBytes.compressed([UInt8](repeating: 0x30, count: 100_000_000))
        let bomb = PNGBytes.chunk("zTXt", Array("Raw profile type exif\0\0".utf8) + text)
        #expect(try ImageFile.decode(Self.file(before: bomb), file: "x").pixels == Self.pixels)
    }
}
