import FileFormats
import Foundation
import Testing

/// Image and label files of MNIST's format that are not what they should be.
@Suite struct BadIDXTests {
    struct BadFile: Sendable, CustomTestStringConvertible {
        var name: String
        var file = "train-images-idx3-ubyte"
        var bytes: [UInt8]
        var words: [String]
        var testDescription: String { name }
    }

    private static let images = IDXFixture.images(count: 200)
    private static let shape: [UInt8] = [0, 0, 0, 200, 0, 0, 0, 28, 0, 0, 0, 28]

    static let files = [
        BadFile(
            name: "bytes after the last", bytes: images + [1],
            words: ["byte 156816", "after the last element", "156817"]),
        BadFile(name: "an empty file", bytes: [], words: ["byte 0", "truncated", "an empty file"]),
        BadFile(
            name: "half a header", bytes: Array(images.prefix(9)), words: ["byte 9", "header is truncated", "16 bytes"]),
        BadFile(
            name: "a dimension of 0", bytes: [0, 0, 8, 3, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 28],
            words: ["byte 8", "a dimension is 0", "200 × 0 × 28"]),
        BadFile(
            name: "floats", bytes: [0, 0, 13, 3] + shape + [UInt8](repeating: 0, count: 400),
            words: ["byte 2", "32-bit floats", "convert them"]),
        BadFile(
            name: "an unknown type", bytes: [0, 0, 7, 3] + shape, words: ["byte 2", "no IDX file", "00 00 07 03"]),
        BadFile(
            name: "two dimensions", bytes: [0, 0, 8, 2] + shape, words: ["byte 3", "the rank is 2", "00 00 08 03"]),
        BadFile(
            name: "images for labels", file: "train-labels-idx1-ubyte", bytes: images,
            words: ["byte 3", "this is the image file", "exchanged"]),
        BadFile(
            name: "a checksum of gzip that is wrong", file: "train-images-idx3-ubyte.gz",
            bytes: {
                var bytes = Gzip.compressed(images)
                bytes[bytes.count - 8] ^= 1
                return bytes
            }(), words: [".gz: byte", "gzip archive is broken (incorrect data check)", "fetch the file again"]),
        BadFile(
            name: "bytes after a gzip archive", file: "train-images-idx3-ubyte.gz",
            bytes: Gzip.compressed(images) + [7, 7],
            words: [".gz: byte", "after the end of the gzip archive"]),
    ]

    @Test(arguments: files) func isRefused(file: BadFile) throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.folder("mnist")
        if file.file.contains("images") {
            _ = try sandbox.file("mnist/train-labels-idx1-ubyte", holding: IDXFixture.labels(count: 200))
        } else {
            _ = try sandbox.file("mnist/train-images-idx3-ubyte", holding: Self.images)
        }
        _ = try sandbox.file("mnist/\(file.file)", holding: file.bytes)
        var refusal = Refusal(file.name, arguments(folder, sandbox), 65)
        refusal.words = ["\(folder)/\(file.file): "] + file.words
        try refusal.check(in: sandbox)
    }

    @Test func aFolderForAFile() throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.folder("mnist")
        _ = try sandbox.folder("mnist/train-images-idx3-ubyte")
        _ = try sandbox.file("mnist/train-labels-idx1-ubyte", holding: IDXFixture.labels(count: 200))
        try Refusal("a folder", arguments(folder, sandbox), 65, "train-images-idx3-ubyte: ", "it is a folder", "a file")
            .check(in: sandbox)
    }

    private func arguments(_ folder: String, _ sandbox: Sandbox) -> [String] {
        ["train", "--preset", "dcgan-28", "--data", "mnist:\(folder)", "--run", sandbox.file("run")]
    }
}
