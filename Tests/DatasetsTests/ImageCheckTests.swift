import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Checking a folder of images")
struct ImageCheckTests {
    private let tree: FileTree

    init() throws {
        tree = try FileTree("empty.png", "sub/")
        for (name, width, height) in [("a.png", 8, 4), ("b.jpg", 3, 3), ("sub/c.png", 20, 10)] {
            let image = RasterImage(
                width: width, height: height, channels: 1, pixels: (0..<width * height).map { UInt8($0) })
            try AtomicFile.write(try PNGImage.encode(image), to: tree.folder.file(name))
        }
        let whole = try InputFile.bytes(of: tree.folder.file("a.png"), limit: 1 << 20)
        _ = try tree.folder.file("sub/cut.png", holding: Array(whole.dropLast(30)))
        _ = try tree.folder.file("web.jpg", holding: Array("<!DOCTYPE html><html>".utf8))
    }

    @Test("readable images are counted by their content, the others by their fault, in the order of the data set")
    func counts() throws {
        let done = Maximum()
        let check = ImageCheck(try tree.scan(nil)) { done.add($0) }
        #expect(check.formats == ["PNG": 3])
        #expect(check.smallest == .init(width: 3, height: 3) && check.largest == .init(width: 20, height: 10))
        #expect(check.faults.named.map(\.path.description) == ["empty.png", "sub/cut.png", "web.jpg"])
        #expect(check.faults.kindsText == "1 broken PNG image, 1 empty file, 1 web page (HTML)")
        #expect(done.value == 6)
    }

    @Test("only so many faults keep their sentence; all are counted")
    func limit() throws {
        let check = ImageCheck(try tree.scan(nil), named: 1)
        #expect(check.faults.named.count == 1 && check.faults.count == 3)
    }

    /// The largest number of calls that came from any thread; behind `lock`, hence `@unchecked Sendable`.
    private final class Maximum: @unchecked Sendable {
        private let lock = NSLock()
        private var largest = 0
        func add(_ number: Int) { lock.withLock { largest = max(largest, number) } }
        var value: Int { lock.withLock { largest } }
    }
}
