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
        try refuse("mnist:\(folder)", 66, "train-images-idx3-ubyte")
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
        try refuse("mnist:\(folder)", 65, "too few samples", "100 samples", "4 shards × 32")
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
