import FileFormats
import Testing

@Suite("WebP images")
struct WebPImageTests {
    @Test("cut at any byte: a sentence", arguments: ["webp/rgb-ffffff", "webp/rgba-lossless-ffffff", "webp/animated"])
    func cut(name: String) throws {
        let bytes = try GoldenImages.bytes(name)
        for length in stride(from: 12, to: bytes.count - 1, by: 3) {
            let error = #expect(throws: FileFormatError.self, "cut at \(length)") {
                try ImageFile.decode(Array(bytes[..<length]), file: "x")
            }
            #expect(error?.problem.hasPrefix("the WebP image is broken or truncated (") == true)
        }
        let whole = try ImageFile.decode(bytes, file: "x")
        #expect(try ImageFile.decode(bytes + Array("junk".utf8), file: "x") == whole)
    }

    @Test("another RIFF file is no WebP")
    func other() throws {
        let sound = Array("RIFF".utf8) + [4, 0, 0, 0] + Array("WAVE".utf8)
        let error = #expect(throws: FileFormatError.self) { try ImageFile.decode(sound, file: "x") }
        #expect(error?.found == "a WAVE sound")
    }

    /// A lossless image of one colour takes a few bytes whatever its size, so its claim cannot be checked: written by
    /// hand after RFC 9649, 3 and 6: five codes of one symbol each, so that no pixel takes a bit.
    @Test("a large image is scaled while it is decoded; without leave it is refused")
    func large() throws {
        var bits = BitWriter()
        bits.write(0x2f, 8)
        bits.write(9000 - 1, 14)
        bits.write(8000 - 1, 14)
        bits.write(0, 1 + 3)
        // No transform, no colour cache, no meta codes; then simple codes: one symbol of 8 bits, but 1 bit for distance.
        bits.write(0, 3)
        for symbol in [40, 200, 120, 255] {
            bits.write(0b1_0_1, 3)
            bits.write(symbol, 8)
        }
        bits.write(0b0_0_1, 3)
        bits.write(0, 1)
        let stream = bits.bytes + [0, 0, 0, 0]
        let file = RIFF.file([("VP8L", stream)])
        let image = try ImageFile.decode(file, file: "x", smallest: (100, 100))
        #expect(image.width == 4500 && image.height == 4000 && image.channels == 3)
        // Green comes first.
        #expect(Array(image.pixels.prefix(3)) == [200, 40, 120] && Array(image.pixels.suffix(3)) == [200, 40, 120])
        let error = #expect(throws: FileFormatError.self) { try ImageFile.decode(file, file: "x") }
        #expect(error?.problem == "the image is too large")
    }
}

/// Bits from the lowest on, as VP8L packs them.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    mutating func write(_ value: Int, _ width: Int) {
        for bit in 0..<width {
            if count % 8 == 0 { bytes.append(0) }
            bytes[count / 8] |= UInt8(value >> bit & 1) << (count % 8)
            count += 1
        }
    }
}

private enum RIFF {
    static func file(_ chunks: [(type: String, content: [UInt8])]) -> [UInt8] {
        let body = Array("WEBP".utf8) + chunks.flatMap { part($0.type, $0.content) }
        return part("RIFF", body)
    }

    private static func part(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let size = content.count
        return Array(type.utf8) + [0, 8, 16, 24].map { UInt8(size >> $0 & 255) } + content + (size % 2 == 1 ? [0] : [])
    }
}
