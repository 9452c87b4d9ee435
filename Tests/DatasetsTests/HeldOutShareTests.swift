import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("a share that is kept out of training")
struct HeldOutShareTests {
    @Test("numbered samples: each is in one part, and the seed says in which")
    func numbered() throws {
        let source = GlyphSource(seed: 1, split: .test)
        let parts = try HeldOutShare(0.1, seed: 5).parts(of: source)
        let heldOut = try #require(parts.heldOut)
        #expect(heldOut.count == 1000 && parts.training.count == 9000)
        let all = Set(try (0..<10_000).map { try source.sample($0) })
        let kept = Set(try (0..<1000).map { try heldOut.sample($0) })
        let trained = Set(try (0..<9000).map { try parts.training.sample($0) })
        #expect(kept.isDisjoint(with: trained) && kept.union(trained) == all)
        #expect(heldOut.label(7) == (try heldOut.sample(7).withUnsafeBufferPointer { _ in heldOut.label(7) }))
        let counts = zip(heldOut.classes?.counts ?? [], parts.training.classes?.counts ?? []).map { $0 + $1 }
        #expect(counts == source.classes?.counts)
        let same = try HeldOutShare(0.1, seed: 5).parts(of: source)
        let other = try HeldOutShare(0.1, seed: 6).parts(of: source)
        #expect(same.training.fingerprint == parts.training.fingerprint)
        #expect(other.training.fingerprint != parts.training.fingerprint)
        #expect(parts.training.fingerprint.count == 9000 && parts.training.fingerprint != source.fingerprint)
    }

    @Test("nothing is held out of nothing, and never everything")
    func bounds() throws {
        #expect(HeldOutShare(0, seed: 1).count(of: 100) == 0)
        #expect(HeldOutShare(0.1, seed: 1).count(of: 1) == 0)
        #expect(HeldOutShare(0.001, seed: 1).count(of: 10) == 1)
        #expect(HeldOutShare(0.999, seed: 1).count(of: 10) == 9)
        #expect(HeldOutShare(0.1, seed: 1).count(of: 600) == 60)
        #expect(try HeldOutShare(0, seed: 1).parts(of: GlyphSource(seed: 1)).heldOut == nil)
    }

    @Test("files: a file that comes later changes few other files' part; classes keep their numbers")
    func files() throws {
        let folder = try TemporaryFolder()
        func add(_ numbers: Range<Int>) throws {
            for number in numbers {
                let path = folder.file("class\(number % 3)")
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                let pixels = [UInt8](repeating: UInt8(number), count: 16)
                let image = try PNGImage.encode(RasterImage(width: 4, height: 4, channels: 1, pixels: pixels))
                try Data(image).write(to: URL(fileURLWithPath: "\(path)/\(number).png"))
            }
        }
        func parts() throws -> (training: Set<[Float]>, heldOut: Set<[Float]>, source: any SampleSource) {
            let source = try DatasetSpecification.images(folder: folder.path)
                .open(shape: .image(height: 4, width: 4, channels: 1), seed: 0)
            let parts = try HeldOutShare(0.2, seed: 3).parts(of: source)
            let heldOut = try #require(parts.heldOut)
            #expect(heldOut.classes?.names == source.classes?.names)
            #expect(parts.training.classes?.names == source.classes?.names)
            #expect(parts.training.classes.map { $0.counts.reduce(0, +) } == parts.training.count)
            func samples(_ source: any SampleSource) throws -> Set<[Float]> {
                Set(try (0..<source.count).map { try source.sample($0) })
            }
            return (try samples(parts.training), try samples(heldOut), parts.training)
        }
        try add(0..<60)
        let first = try parts()
        #expect(first.heldOut.count == 12 && first.training.count == 48)
        #expect(first.heldOut.isDisjoint(with: first.training))
        #expect((first.source as? ImageFolderSource)?.list.count == 48)
        try add(60..<65)
        let second = try parts()
        #expect(second.heldOut.count == 13)
        #expect(second.heldOut.subtracting(first.heldOut).count <= 5)
    }
}
