import Datasets
import FileFormats
import Testing
import UserErrors

@Suite("Faults of images")
struct ImageFaultsTests {
    private func fault(_ problem: String, found: String? = nil, kind: ErrorCategory = .data) -> FileFormatError {
        FileFormatError(
            kind, file: "data/x.png", byte: 0, problem, expected: found.map { _ in "PNG" }, found: found,
            advice: "remove it")
    }

    @Test("faults are counted by kind, the first of them named")
    func kinds() {
        var faults = ImageFaults()
        for number in 0..<20 {
            faults.add(path: FilePath("x.png"), error: fault("the PNG image is broken (row \(number))"))
        }
        for _ in 0..<5 {
            faults.add(path: FilePath("x.png"), error: fault("this is no image", found: "a web page (HTML)"))
        }
        for _ in 0..<3 { faults.add(path: FilePath("x.png"), error: fault("this is no image", found: "an empty file")) }
        faults.add(path: FilePath("x.png"), error: DatasetError(fault("the image is too large", found: "9 × 9")))
        faults.add(path: FilePath("x.png"), error: fault("cannot open: permission denied", kind: .permission))
        #expect(
            faults.sentence(of: 530)
                == "30 of 530 images cannot be read: 20 broken PNG images, 5 web pages (HTML), 3 empty files, 1 file without "
                + "permission, 1 image that is too large; the first: x.png, x.png, x.png, …")
        #expect(faults.named.count == 10 && faults.count == 30)
        #expect(faults.named[0].problem == "the PNG image is broken (row 0)")
        #expect(faults.all[29].kind.isContent == false)
    }

    @Test("one fault is told in full")
    func one() {
        var faults = ImageFaults()
        faults.add(path: FilePath("x.png"), error: fault("this is no image", found: "a GIF image"))
        #expect(faults.sentence(of: 9) == "1 of 9 images cannot be read: x.png: a GIF image")
    }

    @Test("what was expected and found is told where the file is not named by it")
    func details() {
        var faults = ImageFaults()
        faults.add(path: FilePath("x.png"), error: fault("the image is too large", found: "9 × 9"))
        faults.add(path: FilePath("x.png"), error: fault("this is no image that is read", found: "1F 8B"))
        #expect(
            faults.named.map(\.problem) == [
                "the image is too large; expected PNG, got 9 × 9",
                "this is no image that is read; expected PNG, got 1F 8B",
            ])
    }

    @Test("every kind of message has a name with a plural")
    func plurals() {
        let cases: [(problem: String, found: String?, text: String)] = [
            (
                "this is no image that is read", "a PNG image that was damaged by treating it as text",
                "2 PNG images that were damaged by treating it as text"
            ),
            (
                "this is no image that is read", "a Git LFS pointer (not fetched; run git lfs pull)",
                "2 Git LFS pointers"
            ),
            ("this is no image that is read", "an SQLite database", "2 SQLite databases"),
            ("this is no image that is read", "nothing but zero bytes", "2 files of nothing but zero bytes"),
            ("this is no image that is read", "1F 8B 00 00", "2 files of another format"),
            ("the WebP image is broken or truncated (bits)", nil, "2 broken WebP images"),
            (
                "the JPEG image is of a kind that is not read (lossless)", nil,
                "2 JPEG images that are of a kind that is not read"
            ),
            ("the PNG image was changed for iPhones (CgBI)", nil, "2 PNG images that were changed for iPhones"),
            ("there is not enough memory", nil, "2 files of which \"there is not enough memory\""),
        ]
        for (problem, found, text) in cases {
            // As an error of a file, and as one of a data set, which is a sentence alone.
            var faults = ImageFaults()
            faults.add(path: FilePath("x.png"), error: fault(problem, found: found))
            faults.add(path: FilePath("x.png"), error: DatasetError(fault(problem, found: found)))
            #expect(faults.kindsText == text)
            #expect(faults.named[0].problem == faults.named[1].problem)
        }
    }

    @Test("a folder's name is quoted for the shell where it must be")
    func quoting() {
        #expect(ShellWord.quoted("photos/größe-1") == "photos/größe-1")
        #expect(ShellWord.quoted("my photos") == "'my photos'")
        #expect(ShellWord.quoted("it's") == "'it'\\''s'")
    }
}
