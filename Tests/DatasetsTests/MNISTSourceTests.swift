import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("MNIST and IDX files")
struct MNISTSourceTests {
    let folder: TemporaryFolder
    /// 3 images of 2×2 and their labels.
    let images: [UInt8] =
        [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2] + [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3] + [7, 0, 9]

    init() throws {
        folder = try TemporaryFolder()
        try place(images: images, labels: labels)
    }

    private func place(images: [UInt8]?, labels: [UInt8]?, prefix: String = "train") throws {
        for (name, bytes) in [("\(prefix)-images-idx3-ubyte", images), ("\(prefix)-labels-idx1-ubyte", labels)] {
            try? FileManager.default.removeItem(atPath: folder.file(name))
            if let bytes { _ = try folder.file(name, holding: bytes) }
        }
    }

    private func refusal() -> DatasetError? {
        #expect(throws: DatasetError.self) { try MNISTSource(folder: folder.path, split: .train) }
    }

    @Test("pixels are byte / 255, labels are theirs, and gzip is the same set")
    func reads() throws {
        let source = try MNISTSource(folder: folder.path, split: .train)
        #expect(source.count == 3)
        #expect(source.shape == .image(height: 2, width: 2, channels: 1))
        #expect(source.name == "MNIST, training set")
        #expect(try source.sample(0) == [0, 0.2, 0.4, 1])
        #expect(try source.sample(2) == [5, 6, 7, 8].map { Float($0) / 255 })
        #expect((0..<3).map { source.label($0) } == [7, 0, 9])
        try place(images: nil, labels: nil)
        _ = try folder.file("train-images-idx3-ubyte.gz", holding: Gzip.compressed(images))
        _ = try folder.file("train-labels-idx1-ubyte.gz", holding: Gzip.compressed(labels))
        #expect(try MNISTSource(folder: folder.path, split: .train).fingerprint == source.fingerprint)
    }

    @Test("the test split has its own files; a missing one says how to get it")
    func missing() throws {
        let error = #expect(throws: DatasetError.self) { try MNISTSource(folder: folder.path, split: .test) }
        #expect(error?.category == .missing)
        #expect(error?.description.hasPrefix("\(folder.file("t10k-images-idx3-ubyte")): there is no such file") == true)
        #expect(error?.description.hasSuffix("`ganglion data fetch mnist`") == true)
        let none = #expect(throws: DatasetError.self) { try MNISTSource(folder: folder.file("no"), split: .train) }
        #expect(none?.category == .missing)
        let file = #expect(throws: DatasetError.self) {
            try MNISTSource(folder: folder.file("train-images-idx3-ubyte"), split: .train)
        }
        #expect(file?.description.contains("it is a file; expected the folder") == true)
    }

    @Test("exchanged files are named so")
    func exchanged() throws {
        try place(images: labels, labels: images)
        #expect(
            refusal()?.description
                == "\(folder.file("train-images-idx3-ubyte")): byte 3: this is the label file; "
                + "expected 00 00 08 03 for an image file, got 00 00 08 01; check whether two files were exchanged")
        try place(images: images, labels: images)
        #expect(refusal()?.description.contains("byte 3: this is the image file") == true)
    }

    @Test("a folder in a file's place is refused")
    func folderInPlace() throws {
        try place(images: nil, labels: labels)
        try FileManager.default.createDirectory(
            atPath: folder.file("train-images-idx3-ubyte"), withIntermediateDirectories: false)
        #expect(refusal()?.description.contains("it is a folder; expected a file") == true)
    }

    @Test("cut at any byte, an image file is refused")
    func truncated() throws {
        for length in 0..<images.count {
            try place(images: Array(images[..<length]), labels: labels)
            let error = refusal()
            #expect(error?.category == .data)
            #expect(error?.description.contains("truncated") == true, "cut at \(length)")
        }
        try place(images: images + [0], labels: labels)
        #expect(
            refusal()?.description.contains(
                "byte 28: there are bytes after the last element; expected 28 bytes for 3 × 2 × 2, got 29") == true)
    }

    @Test(
        "another magic, type or rank, and dimensions that cannot be, are refused",
        arguments: [
            (0, UInt8(1), "byte 0: this is no IDX file"), (2, 0x0d, "byte 2: the elements are 32-bit floats"),
            (2, 7, "byte 2: this is no IDX file"), (3, 2, "byte 3: the rank is 2"), (7, 0, "byte 4: a dimension is 0"),
            (11, 0, "byte 8: a dimension is 0"), (4, 0xff, "byte 4: the dimensions are impossibly large"),
            (7, 4, "the IDX file is truncated; expected 32 bytes for 4 × 2 × 2, got 28"),
        ])
    func header(byte: Int, value: UInt8, message: String) throws {
        var images = images
        images[byte] = value
        try place(images: images, labels: labels)
        #expect(refusal()?.description.contains(message) == true)
    }

    @Test("dimensions whose product overflows are refused")
    func overflow() throws {
        try place(images: [0, 0, 8, 3] + [UInt8](repeating: 0xff, count: 12) + [1], labels: labels)
        #expect(refusal()?.description.contains("impossibly large") == true)
    }

    @Test("images and labels of different counts are refused")
    func counts() throws {
        try place(images: images, labels: [0, 0, 8, 1, 0, 0, 0, 2, 1, 1])
        #expect(refusal()?.description.contains("expected 3 labels") == true)
    }

    @Test("the classes are ten digits, or Fashion-MNIST's; a label beyond them adds classes")
    func classes() throws {
        let source = try MNISTSource(folder: folder.path, split: .train)
        #expect(source.classes?.names == (0..<10).map(String.init))
        #expect(source.classes?.counts == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1])
        let fashion = try DatasetSpecification.fashionMNIST(folder: folder.path)
            .openUnadapted(seed: 0)
        // https://github.com/zalandoresearch/fashion-mnist#labels
        #expect(fashion.classes?.names[7] == "Sneaker" && fashion.classes?.names[9] == "Ankle boot")
        #expect(fashion.classes?.count == 10)
        #expect(fashion.fingerprint != source.fingerprint, "other names are other classes")
        #expect(fashion.fingerprint.content == source.fingerprint.content)
        try place(images: images, labels: [0, 0, 8, 1, 0, 0, 0, 3] + [7, 12, 9])
        #expect(try MNISTSource(folder: folder.path, split: .train).classes?.names.last == "12")
    }

    @Test("images without labels are a set without classes")
    func withoutLabels() throws {
        let whole = try MNISTSource(folder: folder.path, split: .train)
        try place(images: images, labels: nil)
        let source = try MNISTSource(folder: folder.path, split: .train)
        #expect(source.name == "MNIST, training set without labels")
        #expect(source.count == 3 && source.label(0) == nil && source.label(2) == nil)
        #expect(source.classes == nil && source.fingerprint.classes == nil)
        #expect(try source.sample(2) == whole.sample(2))
    }

    @Test("what is no IDX file is named for what it is")
    func foreign() throws {
        for (bytes, kind) in [
            (Array("<!DOCTYPE html><html>".utf8), "a web page (HTML)"),
            (Array("version https://git-lfs".utf8), "a Git LFS"),
            (Array("GIF89a".utf8), "a GIF image"), ([0x80, 2, 0x7D, 0x71], "a Python pickle"),
        ] {
            for bytes in [bytes, Gzip.compressed(bytes)] {
                try place(images: bytes, labels: labels)
                #expect(refusal()?.description.contains("byte 0: this is no IDX file, but \(kind)") == true)
            }
        }
    }

    @Test("a broken gzip is refused")
    func gzip() throws {
        try place(images: Array(Gzip.compressed(images).dropLast()), labels: labels)
        #expect(refusal()?.description.contains("the gzip archive is truncated") == true)
    }

    @Test("the real MNIST: counts, labels and the mean of its pixels", .needsData("mnist"))
    func real() throws {
        let source = try MNISTSource(folder: TestData.folder("mnist"), split: .train)
        #expect(source.count == 60_000)
        #expect(source.shape == .image(height: 28, width: 28, channels: 1))
        #expect((0..<10).map { source.label($0) } == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect(try MNISTSource(folder: TestData.folder("mnist"), split: .test).count == 10_000)
        #expect(source.classes?.counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
        // The well-known 0.1307 is the mean of all pixels.
        var sum = 0.0
        for index in 0..<60_000 { sum += Double(try source.sample(index).reduce(0, +)) }
        let mean = sum / (60_000 * 784)
        #expect(abs(mean - 0.130_660_5) < 1e-6)
    }
}
