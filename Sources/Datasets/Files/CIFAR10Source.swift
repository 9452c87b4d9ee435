import FileFormats

/// CIFAR-10 (Krizhevsky, 2009), binary version: records of one label byte and the planes of red, green and blue, 1,024
/// bytes each. The whole set is kept in memory as bytes.
package struct CIFAR10Source: SampleSource {
    package let name: String
    package let count: Int
    package let shape = SampleShape.image(height: 32, width: 32, channels: 3)
    package let fingerprint: DatasetFingerprint
    package let classes: DatasetClasses?
    private let records: [UInt8]

    /// The classes, in the order of their numbers.
    package static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    private static let planeSize = 32 * 32
    private static let recordSize = 1 + 3 * planeSize

    /// Opens the set in `folder` or below it, mostly in `folder/cifar-10-batches-bin`: as many of `data_batch_1.bin` to
    /// `data_batch_5.bin` as are there, or `test_batch.bin`.
    ///
    /// - Throws: `DatasetError` when there is none, or one is broken.
    package init(folder: String, split: DatasetSplit) throws {
        let files = try DatasetError.wrapping {
            let folder = DataFolder(folder, fetchName: "cifar10")
            try folder.check()
            return try CIFAR10Files(in: folder, split: split)
        }
        let batches = files.batches
        records = try DatasetError.wrapping { try batches.flatMap(CIFAR10Source.records) }
        count = records.count / CIFAR10Source.recordSize
        let part = split == .train ? "training set" : "test set"
        let notes = [split == .train && batches.count < 5 ? "\(batches.count) of 5 batches" : nil, files.note]
            .compactMap { $0 }
        name = "CIFAR-10, \(part)" + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
        let records = records
        let classes = DatasetClasses(
            names: files.classNames() ?? CIFAR10Source.classNames,
            labels: (0..<count).lazy.map { Int(records[$0 * CIFAR10Source.recordSize]) })
        // The content holds the labels.
        fingerprint = DatasetFingerprint(
            count: count, shape: shape, content: records.withUnsafeBytes { SHA256.hex($0) },
            classes: ClassFingerprint(names: classes.names))
        self.classes = classes
    }

    private static func records(_ path: String) throws -> [UInt8] {
        let bytes = try Gzip.contents(of: path, limit: 1 << 30)
        func isForeign() -> FileFormatError? {
            FileKind.name(of: bytes).map { kind in
                FileFormatError(
                    .data, file: path, byte: 0, "this is no CIFAR-10 batch, but \(kind)",
                    expected: "records of \(recordSize) bytes, a label from 0 to 9 first",
                    advice: "fetch the file again")
            }
        }
        guard !bytes.isEmpty, bytes.count % recordSize == 0 else {
            if let foreign = isForeign() { throw foreign }
            throw FileFormatError(
                .data, file: path, byte: bytes.count / recordSize * recordSize, "the last record is not whole",
                expected: "a multiple of \(recordSize) bytes", found: "\(bytes.count)", advice: "fetch the file again")
        }
        for record in stride(from: 0, to: bytes.count, by: recordSize) where bytes[record] > 9 {
            if let foreign = isForeign() { throw foreign }
            throw FileFormatError(
                .data, file: path, byte: record, "this is no CIFAR-10 batch: a label is not of 10 classes",
                expected: "0 to 9", found: "\(bytes[record])",
                advice: "use the binary version of CIFAR-10, not that of CIFAR-100 or Python's")
        }
        return bytes
    }

    package var keptBytes: Int { records.count }

    @discardableResult
    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
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
        return label(index)
    }

    package func label(_ index: Int) -> Int? {
        Int(records[index * CIFAR10Source.recordSize])
    }
}
