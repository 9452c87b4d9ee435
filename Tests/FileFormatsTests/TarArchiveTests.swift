import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Tar archives")
struct TarArchiveTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: false)
    }

    private func unpack(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [String] {
        let path = try folder.file("x.tar", holding: bytes)
        return try TarArchive.unpack(path, into: folder.file("out"), limit: limit)
    }

    private func refusal(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> FileFormatError? {
        #expect(throws: FileFormatError.self) { try unpack(bytes, limit: limit) }
    }

    @Test("files are unpacked, plain and gzip; folders and extended headers are passed over")
    func unpacks() throws {
        let end = [UInt8](repeating: 0, count: 1024)
        let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
        let archive =
            TarFixture.entry("d/", type: "5") + TarFixture.entry("pax", type: "x", content: [1, 2, 3])
            + TarFixture.entry("a", prefix: "d/e", content: [7]) + TarFixture.entry("./large", content: large)
            + TarFixture.entry("empty") + end
        for bytes in [archive, Gzip.compressed(archive)] {
            #expect(try unpack(bytes) == ["d/e/a", "./large", "empty"])
            #expect(try InputFile.bytes(of: folder.file("out/d/e/a"), limit: 10) == [7])
            #expect(try InputFile.bytes(of: folder.file("out/large"), limit: 1 << 20) == large)
            #expect(try InputFile.bytes(of: folder.file("out/empty"), limit: 10) == [])
        }
    }

    @Test("names that lead out, and links, are refused", arguments: ["/tmp/x", "../x", "a/../../x", "."])
    func escapes(name: String) throws {
        let error = try refusal(TarFixture.archive([(name, [1])]))
        if name == "." {
            #expect(error != nil)
        } else {
            #expect(error?.problem == "a name in the archive leads out of its folder")
        }
        let link = try refusal(TarFixture.entry("link", type: "2"))
        #expect(link?.problem == "the archive holds what is neither file nor folder")
    }

    @Test("truncated, broken or too large: a sentence, and no half file")
    func broken() throws {
        let archive = TarFixture.archive([("a", [UInt8](repeating: 1, count: 1000))])
        for length in [100, 511, 512, 900, 1535] {
            let error = try refusal(Array(archive[..<length]))
            #expect(error?.problem == "the tar archive is truncated", "cut at \(length)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).isEmpty)
        var flipped = archive
        flipped[3] ^= 1
        #expect(try refusal(flipped)?.problem.contains("no tar header") == true)
        #expect(try refusal(archive, limit: 999)?.problem == "the archive's files are too large")
        #expect(try refusal([UInt8](repeating: 65, count: 2048))?.problem.contains("no tar header") == true)
    }
}
