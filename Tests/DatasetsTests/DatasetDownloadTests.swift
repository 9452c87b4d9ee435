import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Downloads, from a server on this machine")
struct DatasetDownloadTests {
    let folder: TemporaryFolder
    let server: LoopbackServer
    let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) }

    init() throws {
        folder = try TemporaryFolder()
        server = try LoopbackServer()
    }

    private func remote(_ mirrors: [String], unpacked: [String: Int] = [:]) -> RemoteFile {
        let sha256 = content.withUnsafeBytes { SHA256.hex($0) }
        return RemoteFile(
            name: "data.bin", mirrors: mirrors.map(server.url), size: content.count, sha256: sha256, unpacked: unpacked)
    }

    private func fetch(_ file: RemoteFile) throws -> [DownloadProgress] {
        var steps: [DownloadProgress] = []
        try DatasetDownload(files: [file], folder: folder.path).run { steps.append($0) }
        return steps
    }

    private var fetched: [UInt8]? { try? InputFile.bytes(of: folder.file("data.bin"), limit: 1 << 20) }

    @Test("a file is fetched, verified and not fetched again")
    func whole() throws {
        server.serve("a", .init(body: content))
        let steps = try fetch(remote(["a"]))
        #expect(fetched == content)
        #expect(folder.names == ["data.bin"])
        #expect(
            steps.contains { $0.stage == .downloading && $0.bytes == content.count && $0.totalBytes == content.count })
        #expect(steps.last?.stage == .done)
        #expect(try fetch(remote(["a"])).last?.stage == .present)
        #expect(server.requests == ["/a -"])
    }

    @Test("an interrupted download goes on from where it was")
    func resumed() throws {
        server.serve("a", .init(body: content))
        _ = try folder.file("data.bin.part", holding: Array(content[..<123_456]))
        _ = try fetch(remote(["a"]))
        #expect(fetched == content)
        #expect(server.requests == ["/a 123456"])
    }

    @Test("a connection that breaks is taken up again at once")
    func broken() throws {
        server.serve("a", .init(body: content, cutAfter: 70_000))
        _ = try fetch(remote(["a"]))
        #expect(fetched == content)
        #expect(server.requests.count == 2)
        #expect(server.requests.last != "/a -", "the second request is for the rest")
    }

    @Test("a server without ranges gives all of it again")
    func withoutRanges() throws {
        server.serve("a", .init(body: content, honoursRange: false))
        _ = try folder.file("data.bin.part", holding: [UInt8](repeating: 9, count: 1000))
        _ = try fetch(remote(["a"]))
        #expect(fetched == content)
    }

    @Test("what was stopped by the caller stays for the next time")
    func cancelled() throws {
        struct Stop: Error {}
        server.serve("a", .init(body: content))
        #expect(throws: Stop.self) {
            try DatasetDownload(files: [remote(["a"])], folder: folder.path).run { _ in throw Stop() }
        }
        #expect(folder.names == ["data.bin.part"] || folder.names == [])
        _ = try fetch(remote(["a"]))
        #expect(fetched == content)
    }

    @Test("a mirror without the file, or with another one, is passed over")
    func mirrors() throws {
        server.serve("wrong", .init(body: [UInt8](repeating: 1, count: content.count)))
        server.serve("short", .init(body: Array(content[..<5000])))
        server.serve("long", .init(body: content + [1]))
        server.serve("busy", .init(body: content, status: 503))
        server.serve("right", .init(body: content))
        _ = try fetch(remote(["missing", "wrong", "short", "long", "busy", "right"]))
        #expect(fetched == content)
    }

    @Test("a damaged part of before is noticed and fetched anew")
    func damagedPart() throws {
        server.serve("a", .init(body: content))
        _ = try folder.file("data.bin.part", holding: [UInt8](repeating: 9, count: 1000))
        _ = try fetch(remote(["a"]))
        #expect(fetched == content)
        #expect(server.requests == ["/a 1000", "/a -"])
    }

    @Test("when no mirror has it, each is named with its reason, and nothing is put in place")
    func failure() throws {
        server.serve("wrong", .init(body: [UInt8](repeating: 1, count: content.count)))
        let error = #expect(throws: DatasetError.self) { _ = try fetch(remote(["missing", "wrong"])) }
        #expect(error?.category == .tryAgain)
        #expect(error?.description.contains("\(server.url("missing")): it answers 404") == true)
        #expect(error?.description.contains("\(server.url("wrong")): the checksum is wrong; expected SHA-256") == true)
        #expect(folder.names == [])
        let refused = RemoteFile(name: "x", mirrors: ["http://127.0.0.1:1/x"], size: 1, sha256: "")
        let unreachable = #expect(throws: DatasetError.self) { _ = try fetch(refused) }
        #expect(unreachable?.description.contains("no mirror gave the file") == true)
    }

    @Test("an archive is unpacked, and not fetched again")
    func archive() throws {
        let tar = TarFixture.archive([("inner/a.bin", [1, 2, 3]), ("inner/b.bin", [UInt8](repeating: 4, count: 600))])
        let body = Gzip.compressed(tar)
        let file = RemoteFile(
            name: "data.tar.gz", mirrors: [server.url("t")], size: body.count,
            sha256: body.withUnsafeBytes { SHA256.hex($0) }, unpacked: ["inner/a.bin": 3, "inner/b.bin": 600])
        server.serve("t", .init(body: body))
        #expect(try fetch(file).contains { $0.stage == .unpacking })
        #expect(folder.names == ["inner"])
        #expect(try InputFile.bytes(of: folder.file("inner/a.bin"), limit: 9) == [1, 2, 3])
        #expect(try fetch(file).last?.stage == .present)
        #expect(server.requests.count == 1)
    }

    @Test("the built-in sets have a SHA-256 and several mirrors for every file")
    func builtIn() {
        for set in DownloadableDataset.allCases {
            for file in set.files {
                #expect(file.sha256.count == 64 && file.sha256.allSatisfy { $0.isHexDigit })
                #expect(file.mirrors.count >= 2 && file.mirrors.allSatisfy { URL(string: $0)?.host != nil })
            }
        }
    }

    @Test("the real MNIST has the built-in sizes and checksums", .needsData("mnist"))
    func real() throws {
        for file in DownloadableDataset.mnist.files {
            let bytes = try InputFile.bytes(of: "\(TestData.folder("mnist"))/\(file.name)", limit: 1 << 26)
            #expect(bytes.count == file.size && bytes.withUnsafeBytes { SHA256.hex($0) } == file.sha256)
        }
    }
}
