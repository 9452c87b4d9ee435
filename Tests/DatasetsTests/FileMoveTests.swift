import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Moving files")
struct FileMoveTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func path(_ name: String) -> FilePath { FilePath(folder.file(name)) }

    private func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: folder.file(name), limit: 1 << 20) }

    @Test("a file goes to its new place, whose folders are made")
    func plain() throws {
        _ = try folder.file("a.png", holding: [1, 2])
        #expect(try FileMove.move(path("a.png"), to: path("x/y/a.png")) == path("x/y/a.png"))
        #expect(try bytes("x/y/a.png") == [1, 2])
        #expect(folder.names == ["x"])
    }

    @Test("nothing is overwritten: a number is added to the name")
    func taken() throws {
        for number in UInt8(0)..<3 {
            _ = try folder.file("a.png", holding: [number])
            try FileMove.move(path("a.png"), to: path("x/a.png"))
        }
        #expect(try bytes("x/a.png") == [0] && bytes("x/a-1.png") == [1] && bytes("x/a-2.png") == [2])
    }

    @Test("a name that is not UTF-8 stays as it is")
    func otherBytes() throws {
        let name = FilePath(bytes: Array("b".utf8) + [0xFC] + Array(".png".utf8))
        _ = try folder.file("a.png", holding: [7])
        try FileMove.move(path("a.png"), to: path("x").appending(name))
        try FileMove.move(path("x").appending(name), to: path("y").appending(name))
        #expect(try InputFile.bytes(of: path("y").appending(name), limit: 9) == [7])
    }

    @Test("a relative link leads to the same file from its new place, and the file stays")
    func link() throws {
        _ = try folder.file("a.png", holding: [1])
        try #require(symlink("a.png", folder.file("b.png")) == 0)
        try FileMove.move(path("b.png"), to: path("x/y/b.png"))
        #expect(try bytes("x/y/b.png") == [1] && bytes("a.png") == [1])
        #expect(folder.names == ["a.png", "x"])
    }

    @Test("to another file system a file is copied with its time", .enabled(if: FileMoveTests.otherFileSystem != nil))
    func copying() throws {
        let other = try #require(FileMoveTests.otherFileSystem) + "/ganglion-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: other) }
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        _ = try folder.file("a.png", holding: content)
        let times = [timespec(tv_sec: 5, tv_nsec: 0), timespec(tv_sec: 7, tv_nsec: 0)]
        try #require(utimensat(AT_FDCWD, folder.file("a.png"), times, 0) == 0)
        try FileMove.move(path("a.png"), to: FilePath("\(other)/a.png"))
        #expect(try InputFile.bytes(of: "\(other)/a.png", limit: 1 << 22) == content)
        var status = stat()
        #expect(stat("\(other)/a.png", &status) == 0 && status.st_mtim.tv_sec == 7)
        _ = try folder.file("a.png", holding: [1])
        #expect(try FileMove.move(path("a.png"), to: FilePath("\(other)/a.png")).description == "\(other)/a-1.png")
        #expect(folder.names.isEmpty)
    }

    /// A folder on another file system than temporary files are on.
    static let otherFileSystem: String? = {
        var (here, there) = (stat(), stat())
        guard stat(FileManager.default.temporaryDirectory.path, &here) == 0 else { return nil }
        return ["/dev/shm", "/run/user/\(getuid())"].first { path in
            stat(path, &there) == 0 && there.st_dev != here.st_dev && access(path, W_OK) == 0
        }
    }()

    @Test("what cannot be moved stays, and is named")
    func refusals() throws {
        _ = try folder.file("a.png", holding: [1])
        let file = #expect(throws: FileFormatError.self) { try FileMove.move(path("a.png"), to: path("a.png/b.png")) }
        #expect(file?.file == folder.file("a.png") && file?.category == .cannotCreate)
        let missing = #expect(throws: FileFormatError.self) {
            try FileMove.move(path("gone.png"), to: path("x/gone.png"))
        }
        #expect(missing?.file == folder.file("gone.png") && missing?.category == .missing)
        #expect(try bytes("a.png") == [1])
    }
}
