import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("stacked MNIST")
struct StackedMNISTSourceTests {
    let folder: TemporaryFolder

    /// 20 digits of 2×2 pixels, each of one gray that is its number; digit d is that of number d modulo 10.
    init() throws {
        folder = try TemporaryFolder()
        let pixels = (0..<20).flatMap { [UInt8](repeating: UInt8($0), count: 4) }
        let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 2] + pixels
        let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 20] + (0..<20).map { UInt8($0 % 10) }
        for prefix in ["train", "t10k"] {
            _ = try folder.file("\(prefix)-images-idx3-ubyte", holding: images)
            _ = try folder.file("\(prefix)-labels-idx1-ubyte", holding: labels)
        }
    }

    @Test("each plane is a digit, and the class is their number")
    func planes() throws {
        let source = try StackedMNISTSource(folder: folder.path, seed: 1, split: .train)
        #expect(source.count == 128_000 && source.shape == .image(height: 2, width: 2, channels: 3))
        for index in stride(from: 0, to: 128_000, by: 12_345) {
            let sample = try source.sample(index)
            let digits = sample.prefix(3).map { Int(($0 * 255).rounded()) }
            #expect(sample == (0..<4).flatMap { _ in digits.map { Float($0) / 255 } })
            #expect(source.label(index) == digits.reduce(0) { 10 * $0 + $1 % 10 })
        }
        let classes = try #require(source.classes)
        #expect(classes.count == 1000 && classes.names[42] == "042")
        #expect(classes.counts.reduce(0, +) == 128_000 && classes.counts.allSatisfy { $0 > 60 })
    }

    @Test("seed and split choose the triples; the form takes MNIST's folder")
    func choice() throws {
        let source = try StackedMNISTSource(folder: folder.path, seed: 1, split: .train)
        let again = try StackedMNISTSource(folder: folder.path, seed: 1, split: .train)
        let other = try StackedMNISTSource(folder: folder.path, seed: 2, split: .train)
        #expect(source.fingerprint == again.fingerprint && source.fingerprint != other.fingerprint)
        #expect((0..<50).contains { source.label($0) != other.label($0) })
        let heldOut = try StackedMNISTSource(folder: folder.path, seed: 1, split: .test)
        #expect(heldOut.count == 26_000 && (0..<50).contains { source.label($0) != heldOut.label($0) })
        let specification = try DatasetSpecification(parsing: "stacked-mnist:\(folder.path)")
        #expect(specification.description == "stacked-mnist:\(folder.path)")
        #expect(specification.naturalShape == .image(height: 28, width: 28, channels: 3))
        let opened = try specification.open(shape: .image(height: 2, width: 2, channels: 3), seed: 1)
        #expect(opened.fingerprint == source.fingerprint)
    }
}
