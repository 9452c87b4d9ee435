import Datasets
import FileFormats
import Testing

@Suite("Classes of files")
struct FileClassesTests {
    private func list(_ paths: [String], base: String = "") -> FileList {
        FileList(base: FilePath(base), entries: paths.map { FileList.Entry(path: FilePath($0), size: 1) })
    }

    private func names(_ list: FileList) -> [String]? { list.classes?.names.map(\.description) }

    @Test("are the folders below the base, in the order of their names, with all that lies in them")
    func folders() {
        // "a-b/1" comes before "a/1", but the name "a" before "a-b".
        let files = list(["x/a-b/1.png", "x/a/1.png", "x/a/deep/er/2.png", "x/u\u{308}/1.png"], base: "x")
        #expect(names(files) == ["a", "a-b", "u\u{308}"])
        #expect(files.classes?.labels == [1, 0, 0, 2])
    }

    @Test("folders that hold all files are passed over")
    func outerFolders() {
        let files = list(["animals/raw/cat/1.png", "animals/raw/dog/1.png", "animals/raw/dog/2.png"])
        #expect(names(files) == ["cat", "dog"] && files.classes?.labels == [0, 1, 1])
    }

    @Test(
        "there are none in one folder, nor where a file lies outside",
        arguments: [
            ["1.png", "2.png"], ["all/1.png", "all/2.png"], ["all/photos/1.png"], ["cat/1.png", "dog/1.png", "1.png"],
            ["all/cat/1.png", "all/dog/1.png", "all/1.png"], ["1.png", "more/2.png"], [],
        ])
    func none(paths: [String]) {
        #expect(list(paths).classes == nil)
    }

    @Test("files outside are named only where there would be classes without them")
    func notes() throws {
        let tree = try FileTree("cat/1.png", "dog/1.png", "a.png", "b.png", "c.png", "d.png")
        let note = "4 images lie outside the class folders (a.png, b.png, c.png and 1 more), so no labels are used"
        #expect(try tree.scan().notes == [note] && tree.scan().noteOnClasses == note)
        #expect(try FileTree("1.png", "more/2.png").scan().notes.isEmpty)
        let split = try FileTree(
            "train/cat/1.png", "train/dog/1.png", "train/x.png", "test/cat/1.png", "test/dog/1.png")
        #expect(
            try split.scan().notes == ["1 image lies outside the class folders (x.png), so no labels are used"])
        #expect(try split.scan(.test).classes?.labels == [0, 1])
    }

    @Test("of held-out images have the numbers of the training images, where they have their names")
    func heldOut() throws {
        let tree = try FileTree(
            "train/cat/1.png", "train/dog/1.png", "train/owl/1.png", "test/owl/1.png", "test/dog/1.png",
            "test/eel/1.png")
        let classes = try #require(try tree.scan(.test).classes)
        #expect(classes.names.map(\.description) == ["cat", "dog", "owl", "eel"])
        // dog, eel, owl
        #expect(classes.labels == [1, 3, 2])
        let pairs = try FileTree("trainA/1.png", "trainB/1.png", "testA/1.png", "testB/1.png")
        #expect(try pairs.scan(.test).classes?.names.map(\.description) == ["testA", "testB"])
    }

    @Test("keep the numbers of an earlier list: what is gone leaves its number empty, what is new follows")
    func numbersStay() {
        let before = list(["cat/1.png", "caf\u{e9}/1.png", "owl/1.png"])
        #expect(names(before) == ["caf\u{e9}", "cat", "owl"])
        let now = list(["ant/1.png", "cafe\u{301}/1.png", "owl/1.png", "owl/2.png"]).numberingClasses(as: before)
        #expect(names(now) == ["caf\u{e9}", "cat", "owl", "ant"])
        #expect(now.classes?.labels == [3, 0, 2, 2])
        #expect(before.numberingClasses(as: before) == before)
        let loose = list(["1.png"])
        #expect(loose.numberingClasses(as: before) == loose)
        #expect(before.numberingClasses(as: loose) == before)
    }
}
