import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

/// Reading the files of a list: which bytes they have, what comes of those that are missing, changed or broken.
@Suite("Images of a list")
struct ListedImagesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for index in 0..<4 { try add("\(index).png", UInt8(10 * index + 10)) }
    }

    private func add(_ name: String, _ value: UInt8) throws {
        let image = RasterImage(width: 4, height: 4, channels: 1, pixels: [UInt8](repeating: value, count: 16))
        _ = try folder.file(name, holding: try PNGImage.encode(image))
    }

    private func open(_ policy: BrokenFilePolicy = .stop, cacheSize: Int = 0) throws -> ImageFolderSource {
        try ImageFolderSource(
            folder: folder.path, height: 4, width: 4, channels: 1, settings: ImageSettings(onBroken: policy),
            cacheSize: cacheSize)
    }

    private func level(_ source: ImageFolderSource, _ index: Int) throws -> Int {
        Int((try source.sample(index)[0] * 255).rounded())
    }

    @Test("another process reads the same samples from the list, whatever was added since")
    func sharedList() throws {
        let list = try open().list
        try add("0a.png", 99)
        let other = try ImageFolderSource(folder: folder.path, list: list, height: 4, width: 4, channels: 1)
        #expect(other.count == 4)
        #expect(try (0..<4).map { try level(other, $0) } == [10, 20, 30, 40])
        #expect(try open().count == 5)
    }

    @Test("a reading says which bytes a sample was made of")
    func readings() throws {
        let source = try open()
        #expect(source.readings(of: 2).isEmpty, "nothing has been read")
        _ = try source.sample(2)
        let bytes = try InputFile.bytes(of: folder.file("2.png"), limit: 1 << 20)
        let content = bytes.withUnsafeBytes { ContentHash(of: $0) }
        #expect(source.readings(of: 2) == [FileReading(file: 2, content: content)])
        // SHA-256 begins with the same 16 bytes.
        #expect(bytes.withUnsafeBytes { SHA256.hex($0) }.hasPrefix("\(content)"))
    }

    @Test("a file that is gone, or has other bytes than before, is told by its kind")
    func changes() throws {
        let source = try open()
        _ = try source.sample(0)
        try add("0.png", 77)
        try add("1.png", 77)
        unlink(folder.file("2.png"))
        let changed = #expect(throws: DatasetError.self) { try source.sample(0) }
        #expect(changed?.file?.kind == .changed && changed?.file?.file == 0)
        #expect(changed?.description.contains("0.png: the file is not the one that the run began with") == true)
        let missing = #expect(throws: DatasetError.self) { try source.sample(2) }
        #expect(missing?.file?.kind == .missing && missing?.category == .missing)
        // Another size than the list's needs no earlier reading.
        _ = try folder.file("3.png", holding: [1, 2, 3])
        let shorter = #expect(throws: DatasetError.self) { try source.sample(3) }
        #expect(shorter?.file?.kind == .changed)
    }

    @Test("where broken files are skipped, the next readable one of the list stands in, in every process the same")
    func skipping() throws {
        _ = try folder.file("1.png", holding: [1, 2, 3])
        _ = try folder.file("3.png", holding: Array("<html>".utf8))
        let source = try open(.skip)
        #expect(try (0..<4).map { try level(source, $0) } == [10, 30, 30, 10])
        #expect(source.readings(of: 1).map(\.file) == [1, 2])
        #expect(source.readings(of: 1)[0].fault?.contains("1.png") == true)
        #expect(source.readings(of: 3).map(\.file) == [3, 0])
        // In another order, with a cache.
        let other = try open(.skip, cacheSize: 1 << 20)
        #expect(try (0..<4).reversed().map { try level(other, $0) } == [10, 30, 30, 10])
        // A file that is gone is no broken one.
        unlink(folder.file("2.png"))
        #expect(throws: DatasetError.self) { try open(.skip).list.count == 0 ? 0 : try level(source, 2) }
        for name in ["0.png", "2.png"] { _ = try folder.file(name, holding: [0]) }
        let none = #expect(throws: DatasetError.self) { try open(.skip).sample(0) }
        #expect(none?.description.contains("none of the 4 images can be read") == true)
    }

    @Test("the label is that of the file that stands in, in a batch too, made ahead or not", arguments: [false, true])
    func labelsOfStandIns(isAhead: Bool) async throws {
        let tree = try TemporaryFolder()
        let good = try InputFile.bytes(of: folder.file("0.png"), limit: 1 << 20)
        for (name, bytes) in [
            ("a/1", good), ("a/2", [1, 2]), ("b/1", good), ("b/2", good), ("c/1", [3]), ("c/2", [4]),
        ] {
            try FileManager.default.createDirectory(
                atPath: tree.file(String(name.prefix(1))), withIntermediateDirectories: true)
            _ = try tree.file("\(name).png", holding: bytes)
        }
        let source = try ImageFolderSource(
            folder: tree.path, height: 4, width: 4, channels: 1, settings: ImageSettings(onBroken: .skip))
        #expect(source.classes == DatasetClasses(names: ["a", "b", "c"], counts: [2, 2, 2]))
        let expected: [Float] = [0, 1, 1, 1, 0, 0]
        var pixels = [Float](repeating: 0, count: 16)
        let read = try (0..<6).map { index in
            Float(try pixels.withUnsafeMutableBufferPointer { try source.read(index, into: $0) } ?? -1)
        }
        #expect(read == expected)
        let sampler = try ShardSampler(count: 6, shards: 2, shardBatch: 3, seed: 1)
        let loader = BatchLoader(source: source, sampler: sampler, mean: 0, deviation: 1)
        for shard in 0..<2 {
            if isAhead { loader.prefetch(shard: shard, batchIndex: 4) }
            var batch = [Float](repeating: 0, count: loader.batchElementCount)
            var labels = [Float](repeating: .nan, count: 3)
            try batch.withUnsafeMutableBufferPointer { batch in
                try labels.withUnsafeMutableBufferPointer {
                    try loader.load(shard: shard, batchIndex: 4, into: batch, labels: $0)
                }
            }
            #expect(labels == (0..<3).map { expected[sampler.index(shard: shard, batchIndex: 4, position: $0)] })
        }
    }

    @Test("another process has the classes of the list, in its numbers")
    func classesOfAList() throws {
        let entries = (0..<4).map { FileList.Entry(path: FilePath("\($0).png"), size: 0) }
        let classes = FileClasses(names: [FilePath("x"), FilePath("empty"), FilePath("y")], labels: [2, 0, 2, 2])
        func open(_ classes: FileClasses?) throws -> ImageFolderSource {
            try ImageFolderSource(
                folder: folder.path, list: FileList(base: FilePath(""), entries: entries, classes: classes), height: 4,
                width: 4, channels: 1)
        }
        let source = try open(classes)
        #expect(source.classes == DatasetClasses(names: ["x", "empty", "y"], counts: [1, 0, 3]))
        #expect((0..<4).map { source.label($0) } == [2, 0, 2, 2])
        // The same files with other classes are other data.
        let plain = try open(nil)
        #expect(plain.classes == nil && plain.fingerprint != source.fingerprint)
        #expect(plain.fingerprint.withoutClasses == source.fingerprint.withoutClasses)
        let swapped = FileClasses(names: classes.names, labels: [0, 2, 0, 0])
        #expect(try open(swapped).fingerprint != source.fingerprint)
    }

    @Test("a folder without any of the files is refused before anything is read")
    func anotherFolder() throws {
        let list = try open().list
        let empty = try TemporaryFolder()
        let error = #expect(throws: DatasetError.self) {
            try ImageFolderSource(folder: empty.path, list: list, height: 4, width: 4, channels: 1)
        }
        #expect(error?.category == .missing)
        #expect(error?.description.contains("0.png") == true)
    }

    @Test("names that another system spelled in another way are found, and names that are not UTF-8 are read")
    func names() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("e\u{301}t\u{e9}"), withIntermediateDirectories: false)
        try add("e\u{301}t\u{e9}/x\u{308}.png", 55)
        let list = FileList(
            base: FilePath(""),
            entries: [
                FileList.Entry(
                    path: FilePath("\u{e9}te\u{301}/x\u{308}.png"),
                    size: try InputFile.bytes(of: folder.file("e\u{301}t\u{e9}/x\u{308}.png"), limit: 1 << 20).count)
            ])
        let source = try ImageFolderSource(folder: folder.path, list: list, height: 4, width: 4, channels: 1)
        #expect(try level(source, 0) == 55)
        let latin = FilePath(folder.path).appending(FilePath(bytes: [0x62, 0xfc] + Array(".png".utf8)))
        #expect(latin.withCString { rename(folder.file("3.png"), $0) } == 0)
        let scanned = try open()
        let place = try #require(scanned.list.entries.firstIndex { $0.path.text == nil })
        #expect(try level(scanned, place) == 40)
        #expect(scanned.path(of: place).hasSuffix("b\\xfc.png"))
    }

    @Test("the files of a training come in the order in which it uses them, each once")
    func firstUses() throws {
        let sampler = try ShardSampler(count: 23, shards: 2, shardBatch: 3, seed: 5)
        let order = Array(FirstUses(sampler, first: 1, last: 100))
        let expected = (1...2).flatMap { batchIndex in
            (0..<2).flatMap { shard in (0..<3).map { sampler.index(shard: shard, batchIndex: batchIndex, position: $0) }
            }
        }
        #expect(order.starts(with: expected.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }))
        #expect(Set(order).count == order.count && order.count > 18)
        #expect(Array(FirstUses(sampler, first: 0, last: 0)).count == 6, "no more than the training uses")
    }
}
