import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

/// MNIST's files as libraries, sites, browsers and desktops leave them: the same samples wherever they are found.
@Suite("Layouts of known data sets")
struct KnownLayoutTests {
    let folder: TemporaryFolder
    private static let images: [UInt8] =
        [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2] + [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]
    private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3] + [7, 0, 9]

    init() throws { folder = try TemporaryFolder() }

    private func place(_ path: String, _ bytes: [UInt8]) throws {
        let file = folder.file(path)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    private func refusal(_ specification: String) -> DatasetError? {
        #expect(throws: DatasetError.self) {
            try DatasetSpecification(parsing: "\(specification):\(folder.path)").openUnadapted(seed: 0)
        }
    }

    /// Where images and labels lie, and what the set's name says of it.
    struct Layout: Sendable, CustomTestStringConvertible {
        var images: String
        var labels: String
        var note = ""
        var testDescription: String { images }

        init(_ images: String, _ labels: String, _ note: String = "") {
            (self.images, self.labels, self.note) = (images, labels, note)
        }
    }

    static let layouts = [
        Layout("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        Layout("train-images-idx3-ubyte (1).gz", "train-labels-idx1-ubyte (1).gz"),
        Layout("train-images-idx3-ubyte(2)", "train-labels-idx1-ubyte"),
        Layout("train-images-idx3-ubyte.gz (1)", "train-labels-idx1-ubyte.gz (1)"),
        Layout("train-images-idx3-ubyte - Copy.gz", "train-labels-idx1-ubyte - Copy (2).gz"),
        Layout("Copy of train-images-idx3-ubyte.gz", "Copy of train-labels-idx1-ubyte.gz"),
        Layout("train-images-idx3-ubyte copy 2.gz", "train-labels-idx1-ubyte copy.gz"),
        Layout("train-images-idx3-ubyte - Kopie", "train-labels-idx1-ubyte - Kopie"),
        Layout("train-images-idx3-ubyte 2", "train-labels-idx1-ubyte 2.gz"),
        Layout("train-images-idx3-ubyte.gz.1", "train-labels-idx1-ubyte.gz.1"),
        Layout("TRAIN-IMAGES-IDX3-UBYTE.GZ", "Train-Labels-idx1-ubyte"),
        Layout("train_images_idx3_ubyte", "train_labels_idx1_ubyte.gz"),
        Layout("train-images-idx3-ubyte/train-images-idx3-ubyte", "train-labels-idx1-ubyte/train-labels-idx1-ubyte"),
        Layout("train-images-idx3-ubyte/train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        Layout("MNIST/raw/train-images-idx3-ubyte", "MNIST/raw/train-labels-idx1-ubyte.gz", " (MNIST/raw)"),
        Layout("raw/train-images-idx3-ubyte", "raw/train-labels-idx1-ubyte", " (raw)"),
        Layout("data/mnist/train-images.idx3-ubyte", "data/mnist/train-labels.idx1-ubyte", " (data/mnist)"),
        Layout("images/train-images-idx3-ubyte", "labels/train-labels-idx1-ubyte", " (images)"),
        Layout("KMNIST/raw/train-images-idx3-ubyte", "KMNIST/raw/train-labels-idx1-ubyte", " (KMNIST/raw)"),
        Layout(
            "emnist-digits-train-images-idx3-ubyte.gz", "emnist-digits-train-labels-idx1-ubyte.gz",
            " (emnist-digits-train-images-idx3-ubyte.gz)"),
    ]

    @Test("the same samples and labels, whatever the layout", arguments: layouts)
    func isFound(layout: Layout) throws {
        for (path, bytes) in [(layout.images, Self.images), (layout.labels, Self.labels)] {
            // By content, not by name.
            try place(path, path.count % 2 == 0 ? bytes : Gzip.compressed(bytes))
        }
        try place("notes.txt", [65])
        let source = try MNISTSource(folder: folder.path, split: .train)
        #expect(source.name == "MNIST, training set\(layout.note)")
        #expect(try source.sample(0) == [0, 0.2, 0.4, 1])
        #expect((0..<3).map { source.label($0) } == [7, 0, 9])
    }

    @Test("each split is found by itself, EMNIST's `test` too")
    func splits() throws {
        try place("a/t10k-images-idx3-ubyte", Self.images)
        try place("a/t10k-labels-idx1-ubyte", Self.labels)
        try place("b/emnist-letters-test-images-idx3-ubyte", Self.images)
        #expect(throws: DatasetError.self) { try MNISTSource(folder: folder.path, split: .train) }
        #expect(try MNISTSource(folder: folder.file("a"), split: .test).label(0) == 7)
        #expect(try MNISTSource(folder: folder.file("b"), split: .test).count == 3)
    }

    @Test("torchvision's folder of several sets gives each the one of its name")
    func severalSets() throws {
        let others = Array(Self.images.dropLast()) + [9]
        for (name, images) in [("MNIST", Self.images), ("FashionMNIST", others), ("EMNIST", others)] {
            try place("\(name)/raw/train-images-idx3-ubyte", images)
            try place("\(name)/raw/train-labels-idx1-ubyte", Self.labels)
        }
        #expect(try MNISTSource(folder: folder.path, split: .train).sample(2).last == 8 / 255)
        let fashion = try DatasetSpecification.fashionMNIST(folder: folder.path).openUnadapted(seed: 0)
        #expect(fashion.name == "Fashion-MNIST, training set (FashionMNIST/raw)")
        #expect(try fashion.sample(2).last == 9 / 255)
        try FileManager.default.removeItem(atPath: folder.file("FashionMNIST"))
        #expect(refusal("fashion-mnist")?.description.contains("expected fashion-mnist, got ") == true)
    }

    @Test("several sets of which none is named, and copies that differ, are refused: nothing tells which is meant")
    func ambiguous() throws {
        try place("a/train-images-idx3-ubyte", Self.images)
        try place("b/train-images-idx3-ubyte", Self.images)
        #expect(refusal("mnist")?.description.contains("several sets lie here") == true)
        #expect(refusal("mnist")?.description.hasSuffix("mnist:\(folder.path)/a") == true)
        for name in ["a", "b"] { try FileManager.default.removeItem(atPath: folder.file(name)) }
        try place("train-images-idx3-ubyte (1)", Self.images)
        try place("train-images-idx3-ubyte (2)", Self.images)
        #expect(try MNISTSource(folder: folder.path, split: .train).count == 3)
        try place("train-images-idx3-ubyte (2)", Self.images + [1])
        #expect(refusal("mnist")?.description.contains("copies of other sizes") == true)
        // The one without a mark is the one that was meant.
        try place("train-images-idx3-ubyte", Self.images)
        #expect(try MNISTSource(folder: folder.path, split: .train).count == 3)
    }

    @Test("labels of another set beside it are not taken for its own")
    func labelsOfAnotherSet() throws {
        try place("mnist/train-images-idx3-ubyte", Self.images)
        try place("fashion/train-labels-idx1-ubyte", Self.labels)
        try place("fashion/train-images-idx3-ubyte", Self.images)
        let source = try MNISTSource(folder: folder.path, split: .train)
        #expect(source.name == "MNIST, training set without labels (mnist)")
        #expect(source.label(0) == nil)
    }

    @Test(
        "another data set, another form of it and archives are named, with what to type",
        arguments: [
            (
                "cifar10", "cifar-10-batches-py/data_batch_1", "this is CIFAR-10 for Python; the binary version",
                "fetch cifar10"
            ),
            ("cifar10", "data_batch_1", "this is CIFAR-10 for Python; the binary version is wanted", "fetch cifar10"),
            ("cifar10", "batches.meta", "CIFAR-10 for Python", "fetch cifar10"),
            ("cifar10", "cifar-10-batches-mat/data_batch_1.mat", "CIFAR-10 for Matlab", "fetch cifar10"),
            ("cifar10", "cifar-100-binary/train.bin", "this is CIFAR-100", "fetch cifar10"),
            ("cifar10", "train_32x32.mat", "this is SVHN", "images:DIR"),
            ("cifar10", "stl10_binary/train_X.bin", "this is STL-10", "images:DIR"),
            ("cifar10", "train-images-idx3-ubyte.gz", "MNIST's format", "take mnist:"),
            ("mnist", "cifar-10-batches-bin/data_batch_1.bin", "this is CIFAR-10", "take cifar10:"),
            ("mnist", "mnist.npz", "a NumPy archive (.npz)", "fetch mnist"),
            ("mnist", "mnist/train-00000-of-00001.parquet", "Parquet", "fetch mnist"),
            ("mnist", "mnist_train.csv", "a table of pixels in CSV files", "fetch mnist"),
            ("mnist", "MNIST/processed/training.pt", "for PyTorch", "fetch mnist"),
            ("mnist", "mnist.pkl.gz", "a Python pickle", "fetch mnist"),
            ("mnist", "0/00001.png", "this is a folder of images", "take images:"),
            (
                "fashion-mnist", "train-images-idx3-ubyte.gz.part", "a download that has not ended",
                "fetch fashion-mnist --out"
            ),
            ("mnist", "archive.zip", "not unpacked", "unpack it first: unzip "),
            ("cifar10", "cifar-10-binary.tar.gz", "not unpacked", "tar xzf "),
            (
                "mnist", "readme.txt", "train-images-idx3-ubyte: there is no such file, nor one with .gz",
                "got readme.txt"
            ),
        ])
    func foreign(specification: String, path: String, problem: String, advice: String) throws {
        try place(path, [])
        let error = refusal(specification)
        #expect(error?.category == .missing)
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.description.contains(advice) == true, "\(String(describing: error))")
        #expect(error?.description.contains("got \(path.split(separator: "/")[0])") == true)
    }

    @Test("a link to what is not there is named as one")
    func brokenLink() throws {
        symlink("gone", folder.file("train-images-idx3-ubyte"))
        #expect(
            refusal("mnist")?.description.contains("got train-images-idx3-ubyte (a link to what is not there);") == true
        )
    }

    @Test("a long listing is cut, and hidden files are no part of it")
    func listing() throws {
        try place(".hidden", [])
        #expect(refusal("mnist")?.description.contains("got an empty folder") == true)
        for number in 10..<30 { try place("\(number).txt", []) }
        #expect(
            refusal("mnist")?.description.contains(
                "got 10.txt, 11.txt, 12.txt, 13.txt, 14.txt, 15.txt, 16.txt, 17.txt and 12 more;") == true)
    }

    @Test(
        "a file in the folder's place is named, with the way to a folder",
        arguments: [
            (
                "a b.zip", [0x50, 0x4B, 3, 4], "a ZIP archive",
                "unzip 'DIR/a b.zip' -d 'DIR/a b', then take mnist:DIR/a b"
            ),
            ("x.7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "7z x DIR/x.7z -oDIR/x"),
            ("x.tar.gz", [], "an empty file", "mkdir DIR/x && tar xzf DIR/x.tar.gz -C DIR/x"),
            ("x.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG image", "images:DIR"),
            ("x.npz", Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }), "a NumPy array", "fetch mnist"),
            ("page.zip", Array("<html></html>".utf8), "a web page", "check the path"),
        ] as [(String, [UInt8], String, String)])
    func aFile(name: String, bytes: [UInt8], kind: String, advice: String) throws {
        try place(name, bytes)
        let error = #expect(throws: DatasetError.self) {
            try MNISTSource(folder: folder.file(name), split: .train)
        }
        #expect(error?.category == .missing)
        #expect(error?.description.contains("it is a file") == true && error?.description.contains(kind) == true)
        #expect(error?.description.contains("expected the folder that holds the data set") == true)
        let path = folder.path
        #expect(
            error?.description.contains(advice.replacing("DIR", with: path)) == true, "\(String(describing: error))")
    }

    @Test("a tar archive within gzip is told by its content")
    func compressedTar() throws {
        try place("set", Gzip.compressed(TarFixture.archive([("x", [1, 2, 3])])))
        let error = #expect(throws: DatasetError.self) { try MNISTSource(folder: folder.file("set"), split: .train) }
        #expect(error?.description.contains("a tar archive, compressed by gzip") == true)
    }
}
