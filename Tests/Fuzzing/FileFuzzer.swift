import Datasets
import FileFormats
import Foundation
import RunConfiguration
import Runs

/// The readers of files from strangers, by the name that `scripts/fuzz-files` is given.
private let readers: [String: @Sendable (_ path: String) throws -> Void] = [
    "safetensors": { path in
        for tensor in try SafetensorsFile(contentsOf: path).tensors.values {
            precondition(tensor.bytes.count == tensor.count * tensor.dataType.size)
        }
    },
    "checkpoint": { path in
        let checkpoint = try Checkpoint(contentsOf: path)
        _ = try checkpoint.trainingState(for: try Configuration(yaml: checkpoint.configuration, file: path), path: path)
    },
    "gzip": { path in
        let bytes = try Gzip.contents(of: path, limit: 1 << 20)
        precondition(bytes.count <= 1 << 20)
    },
    "tar": { path in
        defer { try? FileManager.default.removeItem(atPath: path + ".unpacked") }
        try FileManager.default.createDirectory(atPath: path + ".unpacked", withIntermediateDirectories: false)
        try TarArchive.unpack(path, into: path + ".unpacked", limit: 1 << 16)
    },
    "idx": { path in
        let folder = (path as NSString).deletingLastPathComponent
        let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]
        _ = rename(path, "\(folder)/train-images-idx3-ubyte")
        try AtomicFile.write(labels, to: "\(folder)/train-labels-idx1-ubyte")
        let source = try MNISTSource(folder: folder, split: .train)
        for index in 0..<source.count { _ = try source.sample(index) }
    },
    "cifar10": { path in
        let folder = (path as NSString).deletingLastPathComponent
        _ = rename(path, "\(folder)/data_batch_1.bin")
        let source = try CIFAR10Source(folder: folder, split: .train)
        for index in 0..<source.count { _ = try source.sample(index) }
    },
    "png": { _ = try PNGImage.decode(try InputFile.bytes(of: $0, limit: 1 << 20), file: $0, smallest: (4, 4)) },
    "jpeg": { _ = try JPEGImage.decode(try InputFile.bytes(of: $0, limit: 1 << 20), file: $0, smallest: (4, 4)) },
    "webp": { _ = try WebPImage.decode(try InputFile.bytes(of: $0, limit: 1 << 20), file: $0, smallest: (4, 4)) },
    "exif": { path in
        // In a good image, which is read whatever its Exif block says.
        let block = Array("Exif\0\0".utf8) + (try InputFile.bytes(of: path, limit: 1 << 20)).prefix(60_000)
        let segment = [0xff, 0xe1, UInt8((block.count + 2) >> 8), UInt8((block.count + 2) & 255)] + block
        let image = try! ImageFile.decode(pixel[..<2] + segment + pixel[2...], file: path)
        precondition(image.pixels.count == 1)
    },
    "configuration": { path in
        let configuration = try Configuration.resolve(file: path)
        let again = try Configuration(yaml: configuration.resolvedYAML())
        precondition(again == configuration)
    },
    "metrics": { path in
        _ = try MetricsLog.last(path: path)
        try MetricsLog.cut(path: path, after: 2)
    },
]

/// A gray JPEG of 1 × 1 pixels, by Pillow.
private let pixel = [UInt8](
    Data(
        base64Encoded: """
            /9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/\
            wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z
            """)!)

private let reader = readers[ProcessInfo.processInfo.environment["GANGLION_FUZZ_READER"] ?? ""]!
private let folder = ProcessInfo.processInfo.environment["GANGLION_FUZZ_FOLDER"]!

/// libFuzzer's entry: the bytes are a file for the reader. Built by `scripts/fuzz-files`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFile(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let path = "\(folder)/fuzzed"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0 && write(descriptor, data, count) == count, "\(path) cannot be written")
    close(descriptor)
    do {
        try reader(path)
    } catch {
        // Of the errors for users alone.
        precondition(error is FileFormatError || error is DatasetError || error is RunError, "\(error)")
    }
    return 0
}
