import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Gzip")
struct GzipTests {
    let folder: TemporaryFolder
    /// Does not compress in its first half, and does in the second; longer than one piece of the reader's input.
    let content: [UInt8] = {
        var state: UInt64 = 1
        return (0..<300_000).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return index < 150_000 ? UInt8(truncatingIfNeeded: state >> 56) : UInt8(truncatingIfNeeded: index >> 8)
        }
    }()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func failure(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> FileFormatError? {
        let path = try folder.file("x.gz", holding: bytes)
        return #expect(throws: FileFormatError.self) { try Gzip.contents(of: path, limit: limit) }
    }

    @Test("plain and compressed files read alike, whatever their names")
    func transparent() throws {
        let plain = try folder.file("plain.gz", holding: content)
        let compressed = try folder.file("compressed", holding: Gzip.compressed(content))
        #expect(try Gzip.contents(of: plain, limit: content.count) == content)
        #expect(try Gzip.contents(of: compressed, limit: content.count) == content)
        #expect(try Gzip.contents(of: folder.file("empty", holding: []), limit: 1) == [])
        #expect(try Gzip.contents(of: folder.file("one", holding: [0x1f]), limit: 1) == [0x1f])
        #expect(try Gzip.contents(of: folder.file("none", holding: Gzip.compressed([])), limit: 1) == [])
    }

    @Test("several members are one content, wherever the seam falls in the reader's pieces")
    func members() throws {
        let second = Gzip.compressed([7, 8, 9])
        // Incompressible bytes, cut so that the seam comes at each offset about the reader's 65,536 bytes.
        for length in 65_490..<65_520 {
            let first = Array(content[..<length])
            let path = try folder.file("two.gz", holding: Gzip.compressed(first, level: 0) + second)
            #expect(try Gzip.contents(of: path, limit: 1 << 20) == first + [7, 8, 9])
        }
    }

    @Test("a reader gives the same in small pieces")
    func pieces() throws {
        let path = try folder.file("x.gz", holding: Gzip.compressed(content))
        let reader = try GzipReader(path)
        let isCompressed = reader.isCompressed
        #expect(isCompressed)
        var all: [UInt8] = []
        while true {
            let piece = try [UInt8](unsafeUninitializedCapacity: 777) { buffer, count in
                count = try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            all += piece
            if piece.count < 777 { break }
        }
        #expect(all == content)
    }

    @Test("a truncated archive is named so, at any length")
    func truncated() throws {
        let archive = Gzip.compressed(content)
        for length in [2, 5, 17, 1000, 65_536, archive.count - 9, archive.count - 1] {
            let error = try failure(Array(archive[..<length]))
            #expect(error?.problem == "the gzip archive is truncated", "cut at \(length)")
            #expect(error?.category == .data)
        }
    }

    @Test("a flipped bit, garbage after the end, and too much content are errors")
    func broken() throws {
        var archive = Gzip.compressed(content)
        let garbage = try failure(archive + [1, 2, 3])
        #expect(garbage?.description.contains("byte \(archive.count): there are bytes after the end") == true)
        #expect(try failure(archive + [0x1f])?.problem.contains("after the end") == true)
        let large = try failure(archive, limit: content.count - 1)
        #expect(large?.problem == "the decompressed content is too large")
        archive[archive.count - 6] ^= 1
        #expect(try failure(archive)?.problem.contains("broken (incorrect data check)") == true)
        archive[archive.count - 6] ^= 1
        archive[2] = 9
        #expect(try failure(archive)?.problem.contains("broken (unknown compression method)") == true)
    }

    @Test("a bomb is stopped at the limit")
    func bomb() throws {
        let error = try failure(Gzip.compressed([UInt8](repeating: 0, count: 50_000_000)), limit: 1_000_000)
        #expect(error?.problem == "the decompressed content is too large")
    }

    @Test("missing files and folders are told apart")
    func missing() throws {
        let missing = #expect(throws: FileFormatError.self) { try Gzip.contents(of: folder.file("no"), limit: 1) }
        #expect(missing?.category == .missing)
        let directory = #expect(throws: FileFormatError.self) { try Gzip.contents(of: folder.path, limit: 1) }
        #expect(directory?.description == "\(folder.path): cannot read: it is a folder; expected a file")
    }
}
