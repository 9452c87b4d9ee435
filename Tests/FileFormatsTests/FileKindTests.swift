import FileFormats
import Testing

/// Beginnings of files as their formats' specifications or the tools that write them have them.
@Suite("Kinds of files by their first bytes")
struct FileKindTests {
    @Test(
        "binary signatures",
        arguments: [
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13], "a PNG image"),
            ([0xff, 0xd8, 0xff, 0xe1, 0, 16], "a JPEG image"),
            (Array("GIF89a".utf8) + [1, 0, 1, 0], "a GIF image"),
            (Array("RIFF".utf8) + [36, 0, 0, 0] + Array("WEBPVP8 ".utf8), "a WebP image"),
            (Array("RIFF".utf8) + [36, 0, 0, 0] + Array("AVI LIST".utf8), "an AVI video"),
            (Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0], "a BMP image"),
            ([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0], "a TIFF image"),
            ([0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8], "a TIFF image"),
            ([0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0] + Array("mif1heic".utf8), "a HEIC image"),
            ([0, 0, 0, 24] + Array("ftypmif1".utf8) + [0, 0, 0, 0] + Array("mif1avif".utf8), "an AVIF image"),
            ([0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 2, 0] + Array("isomiso2".utf8), "an MP4 video"),
            ([0, 0, 0, 20] + Array("ftypqt  ".utf8) + [0, 0, 2, 0] + Array("qt  ".utf8), "a QuickTime video"),
            ([0xff, 0x0a, 0xfa, 0x7f], "a JPEG XL image"),
            ([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a], "a JPEG 2000 image"),
            (Array("8BPS".utf8) + [0, 1], "a Photoshop image (PSD)"),
            ([0, 0, 1, 0, 1, 0, 16, 16], "a Windows icon (ICO)"),
            (Array("P6\n3 2\n255\n".utf8), "a PNM image (PBM, PGM, PPM)"),
            ([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0], "a ZIP archive"),
            ([0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18), "a ZIP archive"),
            ([UInt8](repeating: 0x61, count: 257) + Array("ustar  \0".utf8), "a tar archive"),
            ([0x1f, 0x8b, 8, 0], "a gzip file"),
            ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4], "a 7z archive"),
            (Array("Rar!".utf8) + [0x1a, 7, 1, 0], "a RAR archive"),
            ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4], "an xz file"),
            (Array("BZh91AY&SY".utf8), "a bzip2 file"),
            ([0x28, 0xb5, 0x2f, 0xfd, 0x24], "a Zstandard file"),
            ([0x93] + Array("NUMPY".utf8) + [1, 0], "a NumPy array (.npy)"),
            ([0x89] + Array("HDF".utf8) + [0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file"),
            (Array("PAR1".utf8) + [0x15, 4], "a Parquet file"),
            // pickle.dumps({}, 2), ({}, 4), ({}, 0); torch.save's old format.
            ([0x80, 2, 0x7d, 0x71, 0, 0x2e], "a Python pickle"),
            ([0x80, 4, 0x95, 2, 0, 0, 0], "a Python pickle"),
            (Array("(dp0\n.".utf8), "a Python pickle"),
            ([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9], "a PyTorch file"),
            ([0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28], "an IDX file (MNIST's format)"),
            ([0, 5, 0x16, 7, 0, 2, 0, 0], "an AppleDouble resource file (._)"),
            ([UInt8](repeating: 0, count: 64), "nothing but zero bytes"),
            ([], "an empty file"),
        ] as [([UInt8], String)])
    func binary(_ beginning: [UInt8], _ name: String) {
        #expect(FileKind.name(of: beginning) == name)
    }

    @Test(
        "text",
        arguments: [
            ("<!DOCTYPE html>\n<html lang=\"en\">", "a web page (HTML)"),
            ("\u{feff}\r\n  <HTML><HEAD>", "a web page (HTML)"),
            ("<!-- saved -->\n<head>\n<title>404</title>", "a web page (HTML)"),
            ("<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\">", "a web page (HTML)"),
            ("<svg xmlns=\"http://www.w3.org/2000/svg\">", "an SVG image"),
            ("<?xml version=\"1.0\"?>\n<svg width=\"4\">", "an SVG image"),
            ("<!DOCTYPE html><body><svg width=\"4\">", "a web page (HTML)"),
            (
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>no</Message>",
                "an XML document (an error message of a server)"
            ),
            ("<?xml version=\"1.0\"?><annotation>", "an XML document"),
            ("{\"error\": \"not found\"}", "a JSON file"),
            ("[\n  {\"id\": 1}", "a JSON file"),
            ("{braces}", "plain text"),
            (
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
                "a Git LFS pointer (the file itself was not fetched; run git lfs pull)"
            ),
            ("data:image/png;base64,iVBORw0KGgo", "an image as base64 text"),
            ("/9j/4AAQSkZJRgABAQ", "an image as base64 text"),
            ("%PDF-1.7\n", "a PDF document"),
            ("label,file\n1,Größe.png\n", "plain text"),
            ("../raw/0001.png", "plain text"),
            ("\n", "plain text"),
        ])
    func text(_ beginning: String, _ name: String) {
        #expect(FileKind.name(of: Array(beginning.utf8)) == name)
    }

    @Test("TFRecord: the masked CRC-32C of the length; another checksum is none")
    func records() {
        // tf.io.TFRecordWriter's first 12 bytes of a record of 5 bytes.
        let length: [UInt8] = [5, 0, 0, 0, 0, 0, 0, 0]
        #expect(FileKind.name(of: length + [0xea, 0xb2, 0x04, 0x3e]) == "a TFRecord file")
        #expect(FileKind.name(of: length + [0xea, 0xb2, 0x04, 0x3f]) == nil)
    }

    @Test("a character cut at the end is text; noise has no name")
    func cutAndNoise() {
        #expect(FileKind.name(of: Array("Größe".utf8).dropLast(2)) == "plain text")
        #expect(FileKind.name(of: Array("Grö".utf8).dropLast()) == "plain text")
        #expect(FileKind.name(of: [0xc3, 0x28, 0x9f, 0xfe, 0x03, 0xe5]) == nil)
    }
}
