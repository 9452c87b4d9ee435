import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Naming and opening data sets")
struct DatasetSpecificationTests {
    @Test("what is parsed is written the same")
    func roundTrip() throws {
        for text in ["glyphs", "ring-2d", "grid-2d", "mnist:a/b", "fashion-mnist:/x", "cifar10:.", "images:a:b c"] {
            #expect(try DatasetSpecification(parsing: text).description == text)
        }
        #expect(try DatasetSpecification(parsing: "images:a:b").folder == "a:b")
    }

    @Test(
        "what is none gets the nearest name",
        arguments: [
            ("glyph", "did you mean glyphs?"), ("minst:x", "did you mean mnist:DIR?"), ("CIFAR-10:x", "cifar10:DIR?"),
            ("ring", "did you mean ring-2d?"), ("mnist", "mnist needs a folder; expected mnist:DIR, got \"mnist\""),
            ("mnist:", "mnist needs a folder"), ("glyphs:x", "glyphs takes no folder"),
            ("", "there is no data set \"\""), ("fashion:x", "did you mean fashion-mnist:DIR?"),
            ("holidays", "a folder of images is images:DIR"), ("./no/where", "there is no folder ./no/where"),
            ("https://example.org/x.zip", "download them first"),
        ])
    func refusals(text: String, message: String) {
        let error = #expect(throws: DatasetError.self) { try DatasetSpecification(parsing: text) }
        #expect(error?.category.exitCode == 64)
        #expect(error?.description.contains(message) == true)
    }

    @Test("a folder or an archive that is there by the name says how it is given")
    func suggestions() throws {
        let folder = try TemporaryFolder()
        for name in ["photos", "digits", "Fashion/raw", "small"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        _ = try folder.file("digits/train-images-idx3-ubyte", holding: [])
        _ = try folder.file("Fashion/raw/train-images-idx3-ubyte", holding: [])
        _ = try folder.file("small/data_batch_1.bin", holding: [])
        _ = try folder.file("one.png", holding: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        _ = try folder.file("it's.zip", holding: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 30))
        for (name, form) in [
            ("photos", "images"), ("digits", "mnist"), ("Fashion", "fashion-mnist"), ("small", "cifar10"),
        ] {
            let path = folder.file(name)
            let sentence = "\(path) is a folder; did you mean \(form):\(path)?"
            #expect(DatasetSpecification.suggestion(for: path) == sentence)
            #expect(DatasetSpecification.suggestion(for: path + "/") == sentence)
            #expect(DatasetSpecification.suggestion(for: "file://" + path) == sentence)
            let error = #expect(throws: DatasetError.self) { try DatasetSpecification(parsing: path) }
            #expect(error?.description.hasSuffix(sentence) == true)
        }
        #expect(
            DatasetSpecification.suggestion(for: folder.file("one.png"))?.hasSuffix("images:\(folder.path)") == true)
        let archive = folder.file("it's.zip").replacing("'", with: "'\\''")
        #expect(
            DatasetSpecification.suggestion(for: folder.file("it's.zip"))?.contains("unzip '\(archive)' -d ") == true)
        #expect(DatasetSpecification.suggestion(for: "glyphs") == nil)
    }

    @Test("a folder is made absolute, and ~ is the home folder")
    func absolute() throws {
        func path(_ text: String) throws -> String? {
            try DatasetSpecification(parsing: text).absolute(from: "/here").folder
        }
        #expect(try path("mnist:a/../b") == "/here/b")
        #expect(try path("mnist:/a") == "/a")
        #expect(try path("images:~/x") == NSHomeDirectory() + "/x")
        #expect(try path("glyphs") == nil)
    }

    @Test("points for networks of images, and images for networks of points, are refused")
    func mismatch() throws {
        let image = SampleShape.image(height: 28, width: 28, channels: 1)
        let points = #expect(throws: DatasetError.self) { try DatasetSpecification.ring2D.open(shape: image, seed: 1) }
        #expect(points?.category == .usage)
        #expect(points?.description.contains("ring-2d is a set of points") == true)
        let images = #expect(throws: DatasetError.self) {
            try DatasetSpecification.mnist(folder: "x").open(shape: .vector(2), seed: 1)
        }
        #expect(images?.category == .usage)
        #expect(images?.description.contains("mnist:x is a set of images") == true)
    }

    @Test("glyphs are fitted to 64×64 RGB: gray in all channels, the same picture")
    func adapted() throws {
        let plain = try DatasetSpecification.glyphs.open(shape: .image(height: 28, width: 28, channels: 1), seed: 1)
        #expect(plain is GlyphSource)
        let source = try DatasetSpecification.glyphs.open(shape: .image(height: 64, width: 64, channels: 3), seed: 1)
        #expect(source.shape == .image(height: 64, width: 64, channels: 3))
        #expect(source.count == plain.count && source.label(5) == plain.label(5))
        #expect(source.fingerprint != plain.fingerprint)
        let (small, large) = (try plain.sample(5), try source.sample(5))
        #expect(large.allSatisfy { $0 >= 0 && $0 <= 1.00001 })
        for pixel in 0..<64 * 64 {
            #expect(large[3 * pixel] == large[3 * pixel + 1] && large[3 * pixel] == large[3 * pixel + 2])
        }
        // Bilinear interpolation by 64/28 keeps the mean, but for the border, which is black.
        let means = (small.reduce(0, +) / 784, large.reduce(0, +) / (64 * 64 * 3))
        #expect(abs(means.0 - means.1) < 0.003)
    }

    @Test("the real CIFAR-10 as 28×28 gray and 64×64 RGB", .needsData("cifar10"))
    func real() throws {
        let specification = DatasetSpecification.cifar10(folder: TestData.folder("cifar10"))
        for shape in [
            SampleShape.image(height: 28, width: 28, channels: 1), .image(height: 64, width: 64, channels: 3),
        ] {
            let sample = try specification.open(shape: shape, seed: 0).sample(3)
            #expect(sample.count == shape.elementCount)
            #expect(sample.allSatisfy { $0 >= 0 && $0 <= 1.00001 })
        }
    }
}
