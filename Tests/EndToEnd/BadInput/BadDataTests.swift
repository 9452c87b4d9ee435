import Foundation
import Testing

/// Data files that are missing, broken or too few.
@Suite struct BadDataTests {
    private let sandbox: Sandbox
    private let folder: String

    init() throws {
        sandbox = try Sandbox()
        folder = try sandbox.folder("mnist")
    }

    @Test func aMissingFolder() throws {
        try refuse("mnist:\(sandbox.file("nowhere"))", 66, "nowhere", "no such folder", "data fetch mnist")
    }

    @Test func aFolderWithoutTheFiles() throws {
        _ = try sandbox.file("mnist/notes.txt", holding: [65])
        _ = try sandbox.folder("mnist/old")
        try refuse("mnist:\(folder)", 66, "train-images-idx3-ubyte", "got notes.txt, old/", "data fetch mnist")
    }

    @Test func cifar10ForPython() throws {
        _ = try sandbox.folder("py/cifar-10-batches-py")
        _ = try sandbox.file("py/cifar-10-batches-py/data_batch_1", holding: [0x80, 2, 0x7D])
        try refuse(
            "cifar10:\(sandbox.file("py"))", 66, "this is CIFAR-10 for Python; the binary version is wanted",
            "got cifar-10-batches-py/", "data fetch cifar10")
    }

    @Test func anArchiveForTheFolder() throws {
        let archive = try sandbox.file("photos.zip", holding: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 40))
        try refuse(
            "images:\(archive)", 66, "a ZIP archive", "unpack it first: unzip \(archive) -d \(sandbox.file("photos"))")
    }

    @Test func anImageForTheFolder() throws {
        let image = try sandbox.file("one.png", holding: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        try refuse("images:\(image)", 66, "it is a file, a PNG image", "images:\(sandbox.path)")
    }

    /// What was meant is there, by the name that was given.
    @Test func aFolderWithoutItsKind() throws {
        _ = try sandbox.folder("photos")
        _ = try sandbox.file("photos.zip", holding: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 40))
        try write(images: IDXFixture.images(count: 200))
        for (name, words) in [
            ("photos", "did you mean images:\(sandbox.file("photos"))?"),
            ("photos/", "did you mean images:\(sandbox.file("photos"))?"),
            ("mnist", "did you mean mnist:\(folder)?"), ("photos.zip", "unzip \(sandbox.file("photos.zip")) -d"),
        ] {
            try refuse(sandbox.file(name), 64, "--data", words)
            let data = sandbox.file(name)
            try Refusal("inspect \(name)", ["inspect", "--data", data], 64, "--data", words).check(in: sandbox)
            let file = try sandbox.file("c.yaml", holding: Array("data: {source: \"\(data)\"}\n".utf8))
            try Refusal(
                "in a file, \(name)", ["train", "--config", file, "--run", sandbox.file("run")], 78, "c.yaml:1:16",
                words
            ).check(in: sandbox)
        }
    }

    @Test func aWebPageForAnArchive() throws {
        try write(images: Array("<!DOCTYPE html><html><body>Not found</body></html>".utf8))
        try refuse("mnist:\(folder)", 65, "this is no IDX file, but a web page", "3C 21 44 4F")
    }

    @Test func aFileForTheFolder() throws {
        let file = try sandbox.file("file", holding: [1, 2, 3])
        try refuse("mnist:\(file)", 66, "file", "folder")
    }

    @Test func labelsForImages() throws {
        _ = try sandbox.file("mnist/train-images-idx3-ubyte", holding: IDXFixture.labels(count: 200))
        _ = try sandbox.file("mnist/train-labels-idx1-ubyte", holding: IDXFixture.labels(count: 200))
        try refuse("mnist:\(folder)", 65, "train-images-idx3-ubyte: byte 3", "label file", "00 00 08 03")
    }

    @Test func anotherFormat() throws {
        try write(images: Array("GIF89a, not IDX".utf8))
        try refuse("mnist:\(folder)", 65, "train-images-idx3-ubyte: byte 0", "47 49 46 38")
    }

    @Test func anIDXFileThatEndsEarly() throws {
        try write(images: IDXFixture.images(count: 200).dropLast(1000))
        try refuse("mnist:\(folder)", 65, "train-images-idx3-ubyte", "truncated", "156816", "155816")
    }

    @Test func dimensionsThatOverflow() throws {
        try write(images: [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12))
        try refuse("mnist:\(folder)", 65, "train-images-idx3-ubyte: byte", "impossibly large")
    }

    @Test func aGzipFileThatEndsEarly() throws {
        let whole = IDXFixture.gzip(IDXFixture.images(count: 200))
        _ = try sandbox.file("mnist/train-images-idx3-ubyte.gz", holding: whole.dropLast(5000))
        _ = try sandbox.file("mnist/train-labels-idx1-ubyte", holding: IDXFixture.labels(count: 200))
        try refuse("mnist:\(folder)", 65, "train-images-idx3-ubyte.gz", "truncated")
    }

    @Test func fewerSamplesThanABatch() throws {
        try write(images: IDXFixture.images(count: 100), labels: 100)
        try refuse(
            "mnist:\(folder)", 65, "too few samples", "100 samples", "4 shards × 32",
            "--set batch.shards=4 --set batch.shardBatch=25")
    }

    @Test func labelsOfAnotherNumber() throws {
        try write(images: IDXFixture.images(count: 200), labels: 199)
        try refuse("mnist:\(folder)", 65, "train-labels-idx1-ubyte", "200", "199")
    }

    @Test func aFolderWithoutImages() throws {
        _ = try sandbox.folder("photos")
        _ = try sandbox.file("photos/read me.txt", holding: Array("nothing".utf8))
        try refuse("images:\(sandbox.file("photos"))", 65, "photos")
    }

    private func write(images: some Sequence<UInt8>, labels: Int = 200) throws {
        _ = try sandbox.file("mnist/train-images-idx3-ubyte", holding: Array(images))
        _ = try sandbox.file("mnist/train-labels-idx1-ubyte", holding: IDXFixture.labels(count: labels))
    }

    private func refuse(
        _ data: String, _ status: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var refusal = Refusal(
            data, ["train", "--preset", "dcgan-28", "--data", data, "--run", sandbox.file("run")], status)
        refusal.words = words
        try refusal.check(in: sandbox, sourceLocation: sourceLocation)
    }
}
