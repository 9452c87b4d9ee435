import Datasets
import FileFormats
import Foundation
import Testing

@Suite("What is taken of a folder of images")
struct ImageScanTests {
    @Test("names decide, whatever their case: PNG, JPEG and WebP in all their spellings")
    func endings() throws {
        let tree = try FileTree(
            "a.JPG", "b.Jpeg", "c.PNG", "d.jpe", "e.jfif", "f.webp", "g.WebP", "h.apng", "i.txt", "j.heic", "k.HEIC",
            "png",
            "l.png.part", ".m.png", "n.png/o.png")
        #expect(
            try tree.taken() == [
                "a.JPG", "b.Jpeg", "c.PNG", "d.jpe", "e.jfif", "f.webp", "g.WebP", "h.apng", "n.png/o.png",
            ])
        #expect(
            try tree.scan().leftOut == ["5 files of other formats (.heic 2, .part 1, .txt 1, without ending 1)"])
    }

    @Test("of many kinds of files the six most frequent are named")
    func manyKinds() throws {
        let tree = try FileTree("a.png")
        for (place, ending) in "abcdefgh".enumerated() {
            for number in 0...(10 - place) { try tree.add("\(number).\(ending)") }
        }
        #expect(
            try tree.scan().leftOut == [
                "60 files of other formats (.a 11, .b 10, .c 9, .d 8, .e 7, .f 6, and 9 of 2 other kinds)"
            ])
    }

    @Test("names that are not UTF-8 are taken, of files and of folders")
    func otherBytes() throws {
        let tree = try FileTree("a.png")
        try tree.add(bytes: Array("b".utf8) + [0xFC] + Array(".png".utf8))
        try tree.add(bytes: Array("d".utf8) + [0xFC] + Array("/c.png".utf8))
        #expect(try tree.taken() == ["a.png", #"b\xfc.png"#, #"d\xfc/c.png"#])
        #expect(try tree.scan().files[1].path.bytes == Array("b".utf8) + [0xFC] + Array(".png".utf8))
    }

    @Test("the order is that of composed names (UAX #15), however the file system spells them")
    func order() throws {
        // "ü" in one piece (NFC) sorts behind "z"; in two (NFD, as macOS writes it) its bytes begin with "u".
        let composed = try FileTree("z.png", "\u{FC}.png", "v.png", "u.png")
        let decomposed = try FileTree("z.png", "u\u{308}.png", "v.png", "u.png")
        #expect(try composed.taken() == ["u.png", "v.png", "z.png", "\u{FC}.png"])
        #expect(
            try decomposed.scan().files.map { Array($0.path.description.utf8) }
                == ["u.png", "v.png", "z.png", "u\u{308}.png"].map { Array($0.utf8) })
        // The order of whole paths: "-" and "." come before "/".
        let folders = try FileTree("a/1.png", "a-b/1.png", "a.png", "A/1.png", "10.png", "9.png")
        #expect(try folders.taken() == ["10.png", "9.png", "A/1.png", "a-b/1.png", "a.png", "a/1.png"])
    }

    @Test("two names that differ only in their spelling are two files, in the order of their bytes")
    func spellings() throws {
        let tree = try FileTree("\u{FC}.png", "u\u{308}.png")
        #expect(
            try tree.scan().files.map { Array($0.path.bytes) }
                == ["u\u{308}.png", "\u{FC}.png"].map { Array($0.utf8) })
    }

    @Test("what desktops, cameras and file servers leave is no data, whatever pictures it holds")
    func leavings() throws {
        let tree = try FileTree(
            "a.jpg", "@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg", "sub/b.jpg", "sub/@EADIR/b.jpg/SYNOPHOTO_THUMB_M.jpg",
            ".@__thumb/default/a.jpg", "#recycle/c.jpg", "$RECYCLE.BIN/S-1-5/c.jpg", "System Volume Information/d.png",
            "lost+found/e.png", "__MACOSX/._a.jpg", "__MACOSX/f.jpg", "Thumbs.db", "desktop.ini", ".AppleDouble/a.jpg",
            ".ipynb_checkpoints/a-checkpoint.jpg", ".thumbnails/a.png", "~snapshot/daily/a.jpg", ".snapshot/a.jpg",
            "@tmp/g.png", "_gsdata_/h.jpg", "Network Trash Folder/i.jpg", "._a.jpg", "a.jpg:Zone.Identifier")
        let scan = try tree.scan()
        #expect(scan.files.map(\.path.description) == ["a.jpg", "sub/b.jpg"])
        #expect(
            scan.leftOut == [
                "what desktops and file servers leave (@eaDir 2, #recycle 1, $RECYCLE.BIN 1, @tmp 1, Network Trash Folder 1, "
                    + "System Volume Information 1, and 7 of 7 other kinds)"
            ])
        #expect(scan.omissions.leavings["lost+found"] == 1 && scan.omissions.leavings["Thumbs.db"] == 1)
        // A class may be called so.
        #expect(try FileTree("recycled/a.png", "RECYCLER/b.png").taken() == ["recycled/a.png"])
        // A folder that is asked for by name is looked through all the same.
        #expect(try tree.scan(below: ".thumbnails").files.count == 1)
    }

    @Test("an unreadable folder ends it, unless it is one that is left out anyway", .disabled(if: getuid() == 0))
    func unreadableFolder() throws {
        let tree = try FileTree("a.png", "lost+found/b.png", "closed/c.png")
        try #require(chmod(tree.folder.file("lost+found"), 0) == 0)
        #expect(try tree.taken() == ["a.png", "closed/c.png"])
        try #require(chmod(tree.folder.file("closed"), 0) == 0)
        defer { chmod(tree.folder.file("closed"), 0o700) }
        let error = #expect(throws: FileFormatError.self) { try tree.scan() }
        #expect(error?.category == .permission && error?.file == tree.folder.file("closed"))
    }

    @Test("folders that hold a run are left out, wherever they are")
    func runs() throws {
        let tree = try FileTree(
            "a.png", "runs/one/config.yaml", "runs/one/checkpoints/", "runs/one/samples/step-000100.png",
            "two/config.yaml", "two/metrics.jsonl", "two/samples/step-000100.png", "three/config.yaml",
            "three/samples/step-000100.png", "no-run/config.yaml", "no-run/samples/cat.png", "class/checkpoints/b.png")
        let scan = try tree.scan()
        #expect(scan.files.map(\.path.description) == ["a.png", "class/checkpoints/b.png", "no-run/samples/cat.png"])
        #expect(scan.leftOut.last == "3 folders that hold runs (runs/one, three, two): their pictures are no data")
        #expect(scan.omissions.runs.count == 3 && scan.omissions.otherFormats == ["yaml": 1])
        #expect(
            tree.refusal(below: "runs/one")
                == "ROOT/runs/one: this folder holds a run, whose pictures are no data; expected a folder of images; "
                + "give the folder that holds your images")
    }

    @Test("pipes that are named like images are left out; nothing waits for them")
    func specialFiles() throws {
        let tree = try FileTree("a.png")
        try #require(mkfifo(tree.folder.file("pipe.png"), 0o600) == 0)
        try #require(mkfifo(tree.folder.file("pipe"), 0o600) == 0)
        try tree.link("null.jpg", to: "/dev/null")
        let scan = try tree.scan()
        #expect(scan.files.count == 1)
        #expect(scan.leftOut == ["2 pipes, sockets or devices named like an image (null.jpg, pipe.png)"])
    }

    @Test("the size and the time of change are those of the file, also of one that is linked")
    func status() throws {
        let tree = try FileTree("a.png")
        _ = try tree.folder.file("a.png", holding: [1, 2, 3])
        try #require(
            utimensat(
                AT_FDCWD, tree.folder.file("a.png"),
                [timespec(tv_sec: 5, tv_nsec: 0), timespec(tv_sec: 7, tv_nsec: 9)], 0) == 0)
        try tree.link("b.png", to: "a.png")
        #expect(try tree.scan().files.map(\.size) == [3, 3])
        #expect(try tree.scan().files.map(\.modified) == [7_000_000_009, 7_000_000_009])
    }

    @Test("subfolders are classes, by name; not where an image lies outside of them")
    func classes() throws {
        let tree = try FileTree("dog/1.png", "cat/deep/2.png", "u\u{308}/3.png", "z/4.png")
        let scan = try tree.scan()
        #expect(scan.classes?.names.map(\.description) == ["cat", "dog", "z", "u\u{308}"])
        #expect(scan.classes?.labels == [0, 1, 2, 3] && scan.notes.isEmpty)
        try tree.add("loose.png")
        #expect(try tree.scan().classes == nil)
        #expect(
            try tree.scan().notes == ["1 image lies outside the class folders (loose.png), so no labels are used"])
    }

    @Test("what would be found again is told from what would not")
    func wouldFind() throws {
        let tree = try FileTree("real/a.png", "real/sub/b.png")
        try tree.link("linked", to: "real")
        let scan = try tree.scan(below: "real")
        func path(_ name: String) -> FilePath { FilePath(tree.folder.file(name)) }
        for name in ["real", "real/new", "real/sub/new/deeper", "linked", "linked/new"] {
            #expect(scan.wouldFind(path(name)), "\(name)")
        }
        for name in ["new", "real/.broken", "real/.broken/x", "real/#recycle/x", "real2"] {
            #expect(!scan.wouldFind(path(name)), "\(name)")
        }
    }
}
