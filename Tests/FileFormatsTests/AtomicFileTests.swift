import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Atomic files")
struct AtomicFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("a file is written and replaced, and nothing else is left")
    func replaces() throws {
        let path = folder.file("a")
        try AtomicFile.write([1, 2, 3], to: path)
        try AtomicFile.write(to: path) { writer in
            try writer.write([4, 5])
            try writer.write([])
            try writer.write([6])
            #expect(writer.count == 3)
        }
        #expect(try InputFile.bytes(of: path, limit: 10) == [4, 5, 6])
        #expect(folder.names == ["a"])
    }

    @Test("when the body throws, the file of before stays and the temporary one goes")
    func failure() throws {
        struct Stop: Error {}
        let path = folder.file("a")
        try AtomicFile.write([1], to: path)
        #expect(throws: Stop.self) {
            try AtomicFile.write(to: path) { writer in
                try writer.write([2])
                #expect(folder.names.count == 2)
                throw Stop()
            }
        }
        #expect(try InputFile.bytes(of: path, limit: 10) == [1])
        #expect(folder.names == ["a"])
    }

    @Test("a full device gives a sentence")
    func full() {
        let error = FileFormatError.system("write", file: "x", code: ENOSPC)
        #expect(error.category == .cannotCreate)
        #expect(error.description.contains("no space left"))
    }

    @Test("a folder that is not there, or a folder in the file's place, gives a sentence")
    func refusals() throws {
        let missing = #expect(throws: FileFormatError.self) { try AtomicFile.write([1], to: folder.file("no/a")) }
        #expect(missing?.category == .cannotCreate)
        #expect(missing?.description == "\(folder.file("no/a")): cannot create: there is no such file or folder")
        try FileManager.default.createDirectory(atPath: folder.file("d"), withIntermediateDirectories: false)
        let occupied = #expect(throws: FileFormatError.self) { try AtomicFile.write([1], to: folder.file("d")) }
        #expect(occupied?.category == .cannotCreate)
        #expect(folder.names == ["d"])
    }

    @Test("what a killed process left is removed, and only that")
    func leftovers() throws {
        _ = try folder.file(".a.1-2.incomplete", holding: [1])
        _ = try folder.file("a", holding: [1])
        #expect(AtomicFile.removeIncomplete(in: folder.path) == [".a.1-2.incomplete"])
        #expect(folder.names == ["a"])
    }
}
