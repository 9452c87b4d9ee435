import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("What a run knows of its files")
struct KnownFilesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["a.png", "b.png", "c.png"] { _ = try folder.file(name, holding: Array(name.utf8)) }
    }

    private func scan() throws -> KnownFiles {
        KnownFiles(try ImageScan(folder: folder.path, split: .train), in: folder.path)
    }

    private func hash(_ text: String) -> ContentHash {
        Array(text.utf8).withUnsafeBytes { ContentHash(of: $0) }
    }

    @Test("the first bytes that are read are the run's, and others are told from them")
    func learning() throws {
        var files = try scan()
        #expect(files.learn(0, hash("one")) == .new)
        #expect(files.learn(0, hash("one")) == .same)
        #expect(files.learn(0, hash("two")) == .conflict(hash("one")))
        #expect(files.knownCount == 1)
        files.correct(0, hash("two"))
        #expect(files.learn(0, hash("two")) == .same)
    }

    @Test("its text reads back as the same")
    func roundTrip() throws {
        var files = try scan()
        _ = files.learn(1, hash("one"))
        _ = files.learn(2, hash("two"))
        files.doubt(2)
        #expect(try KnownFiles(parsing: files.encoded(), place: "files.txt") == files)
        #expect(throws: DatasetError.self) { try KnownFiles(parsing: Array("nonsense\n".utf8), place: "files.txt") }
    }

    @Test("what an earlier release wrote is read, and the same folder has no changes since")
    func earlierVersion() throws {
        for name in ["cat/1.png", "dog/1.png"] {
            try FileManager.default.createDirectory(
                atPath: folder.file("set/\(name.prefix(3))"), withIntermediateDirectories: true)
            _ = try folder.file("set/\(name)", holding: [1, 2])
        }
        let known = hash("one")
        let text = "ganglion known-files 1 2 \n\(folder.file("set"))\n2 5 \(known)? cat/1.png\n2 6 - dog/1.png\n"
        let before = try KnownFiles(parsing: Array(text.utf8), place: "files.txt")
        #expect(before.contents == [.before(known), .unknown] && before.list.classes?.labels == [0, 1])
        var now = KnownFiles(
            try ImageScan(folder: folder.file("set"), split: .train), in: folder.file("set"))
        now.takeOver(before)
        #expect(now.changes(since: before) == nil && now.contents[0] == .before(known))
        #expect(try KnownFiles(parsing: now.encoded(), place: "files.txt") == now)
        // A class more, and one that is gone.
        unlink(folder.file("set/dog/1.png"))
        try FileManager.default.createDirectory(atPath: folder.file("set/ant"), withIntermediateDirectories: true)
        _ = try folder.file("set/ant/1.png", holding: [1])
        let scan = try ImageScan(folder: folder.file("set"), split: .train)
        let list = scan.list(in: folder.file("set")).numberingClasses(as: before.list)
        let later = KnownFiles(scan, in: folder.file("set"), list: list)
        #expect(later.list.classes?.labels == [2, 0])
        let changes = try #require(later.changes(since: now))
        #expect(changes.hasSuffix("; 1 class new: ant; 1 class gone: dog"), "\(changes)")
    }

    @Test("the same folder has no changes; what is added, removed or of another size is named")
    func changes() throws {
        let before = try scan()
        #expect(try scan().changes(since: before) == nil)
        _ = try folder.file("d.png", holding: [1])
        _ = try folder.file("b.png", holding: [1])
        unlink(folder.file("c.png"))
        let text = try #require(try scan().changes(since: before))
        for words in ["3 images then, 3 now", "1 added: d.png", "1 removed: c.png", "1 of another size: b.png"] {
            #expect(text.contains(words), "\(text)")
        }
    }

    @Test("a later part of the run keeps what it knew of files that were not written since, and doubts the others")
    func takingOver() throws {
        var before = try scan()
        for file in 0..<3 { _ = before.learn(file, hash("\(file)")) }
        // Written anew with as many bytes, at another time.
        _ = try folder.file("b.png", holding: Array("B.png".utf8))
        var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, folder.file("b.png"), &times, 0) == 0)
        var now = try scan()
        now.takeOver(before)
        #expect(now.contents == [.known(hash("0")), .before(hash("1")), .known(hash("2"))])
        #expect(now.changes(since: before) == nil, "names and sizes are the same")
        var other = now
        #expect(now.learn(1, hash("1")) == .same, "its bytes are as they were")
        #expect(other.learn(1, hash("new")) == .changedSince)
        #expect(other.learn(1, hash("1")) == .conflict(hash("new")))
    }

    @Test("accents spelled in another way are the same name")
    func spelling() throws {
        _ = try folder.file("cafe\u{301}.png", holding: [1, 2])
        let before = try scan()
        unlink(folder.file("cafe\u{301}.png"))
        _ = try folder.file("caf\u{e9}.png", holding: [1, 2])
        #expect(try scan().changes(since: before) == nil)
        // Side by side they are two files.
        let one = try scan()
        _ = try folder.file("cafe\u{301}.png", holding: [1, 2])
        #expect(try scan().changes(since: one)?.contains("4 images then, 5 now; 1 added: caf") == true)
        #expect(one.changes(since: try scan())?.contains("1 removed: caf") == true)
    }
}
