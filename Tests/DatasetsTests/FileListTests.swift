import Datasets
import FileFormats
import Testing

@Suite("The list of a run's files")
struct FileListTests {
    /// Names as they are found on disks: blanks, accents in both spellings, Latin-1, line feeds, per cent signs.
    static let paths = [
        FilePath("train/a b.png"), FilePath("train/caf\u{e9}.png"), FilePath("train/cafe\u{301}.png"),
        FilePath(bytes: Array("train/b".utf8) + [0xfc] + Array(".png".utf8)), FilePath("train/line\nfeed.png"),
        FilePath("train/100%.png"), FilePath("train/😀.png"),
    ]

    static let list = FileList(
        base: FilePath("train"), entries: paths.enumerated().map { FileList.Entry(path: $1, size: $0 * 1000) })

    @Test("its text reads back as the same list, whatever bytes the names have")
    func roundTrip() throws {
        let text = Self.list.encoded()
        #expect(try FileList(parsing: text, place: "list") == Self.list)
        // A line for each, whatever is in the names.
        #expect(text.filter { $0 == UInt8(ascii: "\n") }.count == Self.paths.count + 1)
        #expect(String(decoding: text, as: UTF8.self).contains("3000 - train/b%fc.png\n"))
    }

    @Test("classes travel with it, whatever their names and numbers")
    func classes() throws {
        let names = [FilePath("line\nfeed"), FilePath("x y"), FilePath(bytes: [0xfc])]
        let entries = ["d/x y/1.png", "d/b/2.png"].map { FileList.Entry(path: FilePath($0), size: 7) }
        // Numbers that do not follow from the folders.
        let list = FileList(
            base: FilePath("d"), entries: entries, classes: FileClasses(names: names, labels: [2, 0]))
        let text = list.encoded()
        #expect(try FileList(parsing: text, place: "list") == list)
        let written = "ganglion files 2 2 3 d\nline%0afeed\nx y\n%fc\n7 2 d/x y/1.png\n7 0 d/b/2.png\n"
        #expect(String(decoding: text, as: UTF8.self) == written)
    }

    @Test("a list of an earlier release has its folders as classes, and the digest that it had")
    func earlierVersion() throws {
        let text = Array("ganglion files 1 3 train\n5 train/b/1.png\n6 train/a b/2.png\n7 train/b/3.png\n".utf8)
        let list = try FileList(parsing: text, place: "list")
        #expect(list.base == FilePath("train") && list.entries.map(\.size) == [5, 6, 7])
        #expect(list.classes?.names == [FilePath("a b"), FilePath("b")] && list.classes?.labels == [1, 0, 1])
        #expect(list.digest == text.withUnsafeBytes { SHA256.hex($0) })
        #expect(try FileList(parsing: list.encoded(), place: "list") == list)
    }

    @Test("equal files have equal digests; another name, size or order has another")
    func digest() {
        #expect(FileList(base: Self.list.base, entries: Self.list.entries).digest == Self.list.digest)
        #expect(FileList(base: Self.list.base, entries: Self.list.entries.reversed()).digest != Self.list.digest)
        var other = Self.list.entries
        other[0].size += 1
        #expect(FileList(base: Self.list.base, entries: other).digest != Self.list.digest)
    }

    @Test(
        "a list that leads out of the data folder, or is none, is refused with its line",
        arguments: [
            ("ganglion files 1 1 \n5 ../secret.png\n", "line 2"), ("ganglion files 1 1 \n5 /etc/passwd\n", "line 2"),
            ("ganglion files 1 1 \n5 a/../../b.png\n", "line 2"), ("ganglion files 1 1 \n-5 a.png\n", "line 2"),
            ("ganglion files 1 2 \n5 a.png\n", "line 3"), ("ganglion files 1 1 \n5 a.png\n6 b.png\n", "one too many"),
            ("ganglion files 2 1 \n5 a.png\n", "line 1"), ("", "line 1"), ("<html>", "line 1"),
            ("ganglion files 1 1 \n5 a%0", "line 2"), ("ganglion files 1 1 \n5 a%zz.png\n", "line 2"),
            ("ganglion files 1 1 \n5 a%00.png\n", "line 2"), ("ganglion files 1 1 train\n5 other/a.png\n", "not below"),
            ("ganglion files 1 99999999 \n", "line 1"), ("ganglion files 2 1 99999999 \n", "line 1"),
            ("ganglion files 3 1 1 \ncat\n5 0 a.png\n", "line 1"), ("ganglion files 2 1 -1 \n5 0 a.png\n", "line 1"),
            ("ganglion files 2 1 1 \ncat\n5 1 a.png\n", "line 3 has no class; expected a number from 0 to 0"),
            ("ganglion files 2 1 1 \ncat\n5 - a.png\n", "line 3 has no class"),
            ("ganglion files 2 1 0 \n5 0 a.png\n", "line 2 has a class"),
            ("ganglion files 2 1 2 \ncat\n5 0 a.png\n", "line 4 is missing"),
            ("ganglion files 2 1 1 \n..\n5 0 a.png\n", "line 2"), ("ganglion known-files 2 0 0 \n\n", "line 1"),
        ])
    func refusals(text: String, words: String) {
        let error = #expect(throws: DatasetError.self) { try FileList(parsing: Array(text.utf8), place: "list") }
        #expect(error?.category == .data)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
