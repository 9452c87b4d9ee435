import FileFormats
import Testing

@Suite("Image files of any format")
struct ImageFileTests {
    @Test("what a file is, its first bytes say")
    func otherKinds() {
        let kinds: [([UInt8], String)] = [
            (
                Array("GIF89a....".utf8),
                "x: byte 0: this is no image that is read; expected PNG, JPEG or WebP, got a GIF image; "
                    + "convert it to PNG or JPEG, or remove it"
            ),
            (
                [],
                "x: byte 0: this is no image that is read; expected PNG, JPEG or WebP, got an empty file; "
                    + "replace or remove the file"
            ),
            (
                Array("<!DOCTYPE html><html>".utf8),
                "x: byte 0: this is no image that is read; expected PNG, JPEG or WebP, got a web page (HTML); "
                    + "replace or remove the file"
            ),
            (
                [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0],
                "x: byte 0: this is no image that is read; expected PNG, JPEG or WebP, got a ZIP archive; "
                    + "unpack it, or remove it"
            ),
            (
                [0x9f, 1, 0xfe],
                "x: byte 0: this is no image that is read; expected PNG, JPEG or WebP, got 9F 01 FE; "
                    + "replace or remove the file"
            ),
        ]
        for (bytes, sentence) in kinds {
            let error = #expect(throws: FileFormatError.self) { try ImageFile.decode(bytes, file: "x") }
            #expect(error?.description == sentence)
        }
    }
}
