import FileFormats
import Foundation
import Testing

/// The files were made with libjpeg-turbo's tjCompress2: left half red and right half blue, 16 × 12, quality 90; the gray
/// ramp 0, 4, 8 … 252, 8 × 8, quality 95; a CMYK square.
@Suite("JPEG images")
struct JPEGImageTests {
    @Test("colour decodes to RGB")
    func colour() throws {
        let image = try JPEGImage.decode(JPEGImageTests.bytes(JPEGImageTests.colour), file: "x")
        #expect(image.width == 16 && image.height == 12 && image.channels == 3)
        for y in 0..<12 {
            for x in 0..<16 {
                let pixel = image.pixels[(y * 16 + x) * 3..<(y * 16 + x) * 3 + 3].map(Int.init)
                let ideal = x < 8 ? [255, 0, 0] : [0, 0, 255]
                #expect(zip(pixel, ideal).allSatisfy { abs($0 - $1) <= 8 }, "at (\(x), \(y)): \(pixel)")
            }
        }
    }

    @Test("gray decodes to one channel")
    func gray() throws {
        let image = try JPEGImage.decode(JPEGImageTests.bytes(JPEGImageTests.gray), file: "x")
        #expect(image.width == 8 && image.height == 8 && image.channels == 1)
        #expect(image.pixels.enumerated().allSatisfy { abs(Int($1) - 4 * $0) <= 6 })
    }

    @Test("the colours of print decode to RGB")
    func print() throws {
        let image = try JPEGImage.decode(JPEGImageTests.bytes(JPEGImageTests.cmyk), file: "x")
        #expect(image.width == 8 && image.height == 8 && image.channels == 3)
    }

    @Test("cut at any byte, the end marker alone too: a sentence, never a crash")
    func cut() throws {
        for name in ["jpeg/rgb-13x21-2", "jpeg/rgb-13x21-0-progressive", "jpeg/arithmetic", "jpeg/cmyk-adobe-2"] {
            let bytes = try GoldenImages.bytes(name)
            for length in 3...(bytes.count - 2) {
                let error = #expect(throws: FileFormatError.self, "\(name) cut at \(length)") {
                    try JPEGImage.decode(Array(bytes[..<length]), file: "x")
                }
                #expect(
                    error?.problem.hasPrefix("the JPEG image is broken or truncated (") == true,
                    "cut at \(length): \(String(describing: error))")
            }
        }
    }

    @Test("a size that the data cannot hold is refused before its pixels, and another format")
    func refusals() throws {
        for name in ["jpeg/rgb-13x21-2", "jpeg/rgb-13x21-2-progressive"] {
            let large = try patched(name, at: 5, [0xff, 0xdc, 0xff, 0xdc])
            let size = #expect(throws: FileFormatError.self) {
                try JPEGImage.decode(large, file: "x", smallest: (8, 8))
            }
            #expect(size?.problem.contains("its data are too short for 65500 × 65500 pixels") == true)
        }
        // The arithmetic coder takes no bits for what it expects, so that only the memory is a limit.
        let arithmetic = try patched("jpeg/arithmetic-progressive", at: 5, [0xff, 0xdc, 0xff, 0xdc])
        let memory = #expect(throws: FileFormatError.self) {
            try JPEGImage.decode(arithmetic, file: "x", smallest: (8, 8))
        }
        #expect(memory?.problem == "the progressive JPEG image is too large")
        let empty = try patched("jpeg/rgb-13x21-2", at: 5, [0, 0, 0, 0])
        #expect(throws: FileFormatError.self) { try JPEGImage.decode(empty, file: "x") }
        let other = #expect(throws: FileFormatError.self) { try JPEGImage.decode([1], file: "x") }
        #expect(other?.problem == "this is no JPEG file")
    }

    /// The frame's header changed: what libjpeg-turbo 2 does not decode.
    @Test(
        "lossless, hierarchical, 12-bit and other kinds are told apart from broken files",
        arguments: [
            (1, [0xc3], "lossless"), (1, [0xc5], "hierarchical"), (1, [0xcb], "lossless"), (1, [0xf7], "JPEG-LS"),
            (4, [12], "12 bits a sample"),
        ] as [(Int, [UInt8], String)])
    func kinds(offset: Int, bytes: [UInt8], word: String) throws {
        let file = try patched("jpeg/rgb-13x21-2", at: offset, bytes)
        let error = #expect(throws: FileFormatError.self) { try JPEGImage.decode(file, file: "x") }
        #expect(error?.problem.contains("of a kind that is not read (it") == true)
        #expect(error?.problem.contains(word) == true, "\(String(describing: error))")
        #expect(error?.advice?.contains("convert it") == true)
    }

    @Test("two colour components are of no kind that is read")
    func twoComponents() throws {
        // The frame and the scan lose their third component.
        var file = try GoldenImages.bytes("jpeg/gray-8x8")
        let frame = try #require(file.indices.first { file[$0...].starts(with: [0xff, 0xc0]) })
        file.replaceSubrange(frame + 9..<frame + 13, with: [2, 1, 0x11, 0, 2, 0x11, 0])
        file[frame + 3] += 3
        let scan = try #require(file.indices.first { file[$0...].starts(with: [0xff, 0xda]) })
        file.replaceSubrange(scan + 4..<scan + 7, with: [2, 1, 0, 2, 0])
        file[scan + 3] += 2
        let error = #expect(throws: FileFormatError.self) { try JPEGImage.decode(file, file: "x") }
        #expect(error?.problem.contains("2 colour components") == true, "\(String(describing: error))")
    }

    @Test("thousands of scans, each over the whole image, are refused")
    func scans() throws {
        let file = try GoldenImages.bytes("jpeg/rgb-13x21-0-progressive")
        let last = try #require(file.indices.last { file[$0...].starts(with: [0xff, 0xda]) })
        let scan = file[last..<file.count - 2]
        let bomb = file.dropLast(2) + [UInt8]((0..<2000).flatMap { _ in scan }) + file.suffix(2)
        let error = #expect(throws: FileFormatError.self) { try JPEGImage.decode(Array(bomb), file: "x") }
        #expect(error?.problem.contains("more than 500 scans") == true, "\(String(describing: error))")
    }

    /// The golden file with bytes in its first frame segment (SOF) replaced.
    private func patched(_ name: String, at offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        var file = try GoldenImages.bytes(name)
        let frames: [UInt8] = [0xc0, 0xc1, 0xc2, 0xc9, 0xca]
        let frame = try #require(
            file.indices.dropLast().first { file[$0] == 0xff && frames.contains(file[$0 + 1]) })
        file.replaceSubrange(frame + offset..<frame + offset + bytes.count, with: bytes)
        return file
    }

    static func bytes(_ base64: String) throws -> [UInt8] {
        try [UInt8](#require(Data(base64Encoded: base64, options: .ignoreUnknownCharacters)))
    }

    static let colour = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU
        FRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        FBQUFBQUFBT/wAARCAAMABADAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF
        BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW
        V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi
        4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC
        AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm
        Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq
        8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD50r8MP9UzwKv9xj/HQ99r/Dk/2LPAq/3GP8dD/9k=
        """

    static let gray = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoK
        CgoKBggLDAsKDAkKCgr/wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF
        BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW
        V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi
        4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AK/w1/4Ns/uf8W/9P+Xb/wCtX//Z
        """

    static let cmyk = """
        /9j/7gAOQWRvYmUAZAAAAAAC/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdo
        Zz5NcXlwZHhcZWdj/9sAQwEREhIYFRgvGhovY0I4QmNjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj
        Y2NjY2Nj/8AAFAgACAAIBAERAAIRAQMRAQQRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMF
        BQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RV
        VldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh
        4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwAB
        AgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1LwFWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2Rl
        ZmdoaWpzdHV2d3h5eoKDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp
        6vLz9PX29/j5+v/aAA4EAQACEQMRBAAAPwC9QBRr/9k=
        """
}
