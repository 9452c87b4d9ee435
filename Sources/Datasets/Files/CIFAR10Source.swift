import FileFormats
import Foundation

/// CIFAR-10 (Krizhevsky, 2009), binary version: records of one label byte and the planes of red, green and blue, 1,024
/// bytes each. The whole set is kept in memory as bytes.
package struct CIFAR10Source: SampleSource {
    package let name: String
    package let count: Int
    package let shape = SampleShape.image(height: 32, width: 32, channels: 3)
    package let fingerprint: DatasetFingerprint
    private let records: [UInt8]

    private static let planeSize = 32 * 32
    private static let recordSize = 1 + 3 * planeSize

    /// Opens the set in `folder` or in `folder/cifar-10-batches-bin`: as many of `data_batch_1.bin` to
    /// `data_batch_5.bin` as are there, or `test_batch.bin`.
    ///
    /// - Throws: `DatasetError` when there is none, or one is broken.
    package init(folder: String, split: DatasetSplit) throws {
        let batches = try DatasetError.wrapping { try CIFAR10Source.batches(folder, split: split) }
        records = try DatasetError.wrapping { try batches.flatMap(CIFAR10Source.records) }
        count = records.count / CIFAR10Source.recordSize
        let part = split == .train ? "training set" : "test set"
        name =
            split == .train && batches.count < 5
            ? "CIFAR-10, \(part) (\(batches.count) of 5 batches)" : "CIFAR-10, \(part)"
        fingerprint = DatasetFingerprint(
            count: count, shape: shape, content: records.withUnsafeBytes { SHA256.hex($0) })
    }

    private static func batches(_ folder: String, split: DatasetSplit) throws -> [String] {
        try DataFolder(folder, fetchName: "cifar10").check()
        let inner = "\(folder)/cifar-10-batches-bin"
        let place = FileManager.default.fileExists(atPath: inner) ? inner : folder
        let names = split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
        let found = names.map { "\(place)/\($0)" }.filter { FileManager.default.fileExists(atPath: $0) }
        guard !found.isEmpty else {
            throw FileFormatError(
                .missing, file: "\(place)/\(names[0])", "there is no such file",
                advice: "check the path, or get the data set with `ganglion data fetch cifar10`")
        }
        return found
    }

    private static func records(_ path: String) throws -> [UInt8] {
        let bytes = try InputFile.bytes(of: path, limit: 1 << 30)
        guard !bytes.isEmpty, bytes.count % recordSize == 0 else {
            throw FileFormatError(
                .data, file: path, byte: bytes.count / recordSize * recordSize, "the last record is not whole",
                expected: "a multiple of \(recordSize) bytes", found: "\(bytes.count)", advice: "fetch the file again")
        }
        for record in stride(from: 0, to: bytes.count, by: recordSize) where bytes[record] > 9 {
            throw FileFormatError(
                .data, file: path, byte: record, "this is no CIFAR-10 batch: a label is not of 10 classes",
                expected: "0 to 9", found: "\(bytes[record])",
                advice: "use the binary version of CIFAR-10, not that of CIFAR-100 or Python's")
        }
        return bytes
    }

    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) {
        let size = CIFAR10Source.planeSize
        records.withUnsafeBufferPointer { records in
            Pixel.unit.withUnsafeBufferPointer { unit in
                let pixels = records.baseAddress! + index * CIFAR10Source.recordSize + 1
                for pixel in 0..<size {
                    sample[3 * pixel] = unit[Int(pixels[pixel])]
                    sample[3 * pixel + 1] = unit[Int(pixels[size + pixel])]
                    sample[3 * pixel + 2] = unit[Int(pixels[2 * size + pixel])]
                }
            }
        }
    }

    package func label(_ index: Int) -> Int? {
        Int(records[index * CIFAR10Source.recordSize])
    }
}
