import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Folders of images")
struct ImageFolderSourceTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func add(_ name: String, width: Int, height: Int, channels: Int, _ value: (Int, Int, Int) -> UInt8) throws {
        let path = folder.file(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let pixels = (0..<height).flatMap { y in
            (0..<width).flatMap { x in (0..<channels).map { value(y, x, $0) } }
        }
        let image = RasterImage(width: width, height: height, channels: channels, pixels: pixels)
        try AtomicFile.write(try PNGImage.encode(image), to: path)
    }

    private func open(height: Int = 4, width: Int = 4, channels: Int = 3, cacheSize: Int = 1 << 20) throws
        -> ImageFolderSource
    {
        try ImageFolderSource(
            folder: folder.path, height: height, width: width, channels: channels, cacheSize: cacheSize)
    }

    @Test("files come in the order of their paths, with subfolders as classes; others and hidden ones are left out")
    func order() throws {
        for (index, name) in ["b/2.png", "a/10.png", "a/9.PNG", "b/c/1.png", "b/.hidden.png", ".git/x.png"].enumerated()
        {
            try add(name, width: 4, height: 4, channels: 1) { _, _, _ in UInt8(index) }
        }
        _ = try folder.file("notes.txt", holding: [1])
        let source = try open(channels: 1)
        #expect(source.count == 4)
        // a/10, a/9, b/2, b/c/1
        #expect(try (0..<4).map { try source.sample($0)[0] * 255 } == [1, 2, 0, 3])
        #expect((0..<4).map { source.label($0) } == [0, 0, 1, 1])
        try add("top.png", width: 4, height: 4, channels: 1) { _, _, _ in 9 }
        #expect(try open(channels: 1).label(0) == nil, "an image outside of any subfolder has no class")
    }

    @Test("symbolic links are followed, but no folder is taken twice")
    func links() throws {
        try add("real/a.png", width: 4, height: 4, channels: 1) { _, _, _ in 1 }
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.file("linked"), withDestinationPath: folder.file("real"))
        try files.createSymbolicLink(atPath: folder.file("real/up"), withDestinationPath: folder.path)
        #expect(try open().count == 1)
        let linked = try ImageFolderSource(folder: folder.file("linked"), height: 4, width: 4, channels: 1)
        #expect(linked.count == 1)
    }

    @Test("an image of the right size passes as it is; gray becomes RGB, RGB luminance")
    func channels() throws {
        try add("a.png", width: 4, height: 4, channels: 3) { y, x, c in UInt8(60 * c + 4 * y + x) }
        let colour = try open().sample(0).map { Int(($0 * 255).rounded()) }
        #expect(colour == (0..<48).map { 60 * ($0 % 3) + $0 / 3 })
        let gray = try open(channels: 1).sample(0).map { Int(($0 * 255).rounded()) }
        // 0.587 · 60 + 0.114 · 120 = 48.9
        #expect(gray == (0..<16).map { 49 + $0 })
        try add("a.png", width: 4, height: 4, channels: 1) { _, _, _ in 100 }
        #expect(try open().sample(0) == [Float](repeating: 100 / 255, count: 48))
    }

    @Test("a wide image is cropped at its centre, a large one averaged")
    func resizing() throws {
        // Left and right quarters are 0, the middle 200: only the middle remains of 16×8 as a square.
        try add("a.png", width: 16, height: 8, channels: 1) { _, x, _ in x >= 4 && x < 12 ? 200 : 0 }
        let middle = try open(height: 8, width: 8, channels: 1).sample(0)
        #expect(middle == [Float](repeating: 200 / 255, count: 64))
        // A fine chequerboard reduced by 8 is its mean, inside.
        try add("a.png", width: 64, height: 64, channels: 1) { y, x, _ in (x + y) % 2 == 0 ? 255 : 0 }
        let averaged = try open(height: 8, width: 8, channels: 1).sample(0)
        #expect(averaged.allSatisfy { abs($0 - 0.5) < 0.02 })
        // A level ramp stays level and even when enlarged, away from the border.
        try add("a.png", width: 4, height: 4, channels: 1) { _, x, _ in UInt8(80 * x) }
        let enlarged = try open(height: 8, width: 8, channels: 1).sample(0).map { Int(($0 * 255).rounded()) }
        #expect(Array(enlarged[..<8]) == [0, 20, 60, 100, 140, 180, 220, 240])
    }

    @Test("the cache changes nothing, full, small or empty")
    func caching() throws {
        for index in 0..<5 {
            try add("\(index).png", width: 9, height: 7, channels: 3) { y, x, c in UInt8(index * 40 + y + 3 * x + c) }
        }
        let cached = try open()
        let small = try open(cacheSize: 2 * 48)
        let uncached = try open(cacheSize: 0)
        for _ in 0..<2 {
            for index in 0..<5 {
                let sample = try uncached.sample(index)
                #expect(try cached.sample(index) == sample)
                #expect(try small.sample(index) == sample)
            }
        }
    }

    @Test("a folder without images, a file of another format and a broken image are refused by name")
    func refusals() throws {
        let none = #expect(throws: DatasetError.self) { try open() }
        #expect(none?.description.contains("there is no image") == true)
        try add("a.png", width: 8, height: 8, channels: 1) { y, x, _ in UInt8(y * 8 + x) }
        let bytes = try InputFile.bytes(of: folder.file("a.png"), limit: 1 << 20)
        _ = try folder.file("b.png", holding: Array(bytes[..<(bytes.count - 30)]))
        _ = try folder.file("c.png", holding: Array("GIF89a".utf8))
        let source = try open()
        _ = try source.sample(0)
        let broken = #expect(throws: DatasetError.self) { try source.sample(1) }
        #expect(broken?.description.hasPrefix("\(folder.file("b.png")): the PNG image is broken") == true)
        #expect(broken?.file?.kind == .broken)
        #expect(broken?.file?.file == 1)
        let other = #expect(throws: DatasetError.self) { try source.sample(2) }
        #expect(other?.description.contains("\(folder.file("c.png")): byte 0: this is no") == true)
        #expect(other?.file?.kind == .broken)
    }

    @Test("train and test folders are the splits where both are there")
    func splits() throws {
        try add("train/a.png", width: 4, height: 4, channels: 1) { _, _, _ in 1 }
        try add("train/b.png", width: 4, height: 4, channels: 1) { _, _, _ in 2 }
        #expect(try ImageFolderSource(folder: folder.path, height: 4, width: 4, channels: 1, split: .test).count == 2)
        try add("test/a.png", width: 4, height: 4, channels: 1) { _, _, _ in 3 }
        #expect(try ImageFolderSource(folder: folder.path, height: 4, width: 4, channels: 1, split: .train).count == 2)
        #expect(try ImageFolderSource(folder: folder.path, height: 4, width: 4, channels: 1, split: .test).count == 1)
    }

    @Test("the fingerprint is of names, sizes and shape")
    func fingerprint() throws {
        try add("a.png", width: 4, height: 4, channels: 1) { _, _, _ in 1 }
        let first = try open().fingerprint
        #expect(try open().fingerprint == first)
        #expect(try open(height: 5).fingerprint != first)
        _ = try folder.file("a.png", holding: try InputFile.bytes(of: folder.file("a.png"), limit: 1 << 20) + [0])
        #expect(try open().fingerprint != first)
    }

    @Test("600 real ships decode", .needsData("images/ships"))
    func real() throws {
        let source = try ImageFolderSource(folder: TestData.folder("images/ships"), height: 32, width: 32, channels: 3)
        #expect(source.count == 600)
        for file in 0..<600 { #expect(try source.decode(file).count == 32 * 32 * 3) }
        let sample = try source.sample(599)
        #expect(sample.allSatisfy { $0 >= 0 && $0 <= 1 } && Set(sample).count > 50)
    }
}
