import FileFormats
import Foundation
import Testing

/// The files were made with libjpeg-turbo's tjCompress2: left half red and right half blue, 16 × 12, quality 90; the gray
/// ramp 0, 4, 8 … 252, 8 × 8, quality 95; a CMYK square.
@Suite("JPEG images")
struct JPEGImageTests {
    @Test("colour decodes to RGB")
    func colour() throws {
        let decoded = try JPEGImage.decode(JPEGImageTests.bytes(JPEGImageTests.colour), file: "x")
        let image = decoded.image
        #expect(image.width == 16 && image.height == 12 && image.channels == 3)
        #expect(decoded.warning == nil)
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
        let image = try JPEGImage.decode(JPEGImageTests.bytes(JPEGImageTests.gray), file: "x").image
        #expect(image.width == 8 && image.height == 8 && image.channels == 1)
        #expect(image.pixels.enumerated().allSatisfy { abs(Int($1) - 4 * $0) <= 6 })
    }

    @Test("truncated at any byte: a sentence or a whole image, never a crash")
    func truncated() throws {
        let bytes = try JPEGImageTests.bytes(JPEGImageTests.colour)
        for length in 3..<(bytes.count - 8) {
            let error = #expect(throws: FileFormatError.self, "cut at \(length)") {
                try JPEGImage.decode(Array(bytes[..<length]), file: "x")
            }
            #expect(
                error?.problem.hasPrefix("the JPEG image is broken or truncated (") == true,
                "cut at \(length): \(String(describing: error))")
        }
    }

    @Test("the colours of print, a size beyond the limit and another format are refused")
    func refusals() throws {
        let print = #expect(throws: FileFormatError.self) {
            try JPEGImage.decode(JPEGImageTests.bytes(JPEGImageTests.cmyk), file: "x")
        }
        #expect(print?.problem.contains("CMYK") == true)
        var large = try JPEGImageTests.bytes(JPEGImageTests.colour)
        let frame = try #require(large.indices.first { large[$0...].starts(with: [0xff, 0xc0]) })
        large.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0xdc, 0xff, 0xdc])
        let size = #expect(throws: FileFormatError.self) { try JPEGImage.decode(large, file: "x") }
        #expect(size?.found == "65500 × 65500")
        let other = #expect(throws: FileFormatError.self) { try JPEGImage.decode([1], file: "x") }
        #expect(other?.problem == "this is no JPEG file")
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
