import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("CIFAR-10")
struct CIFAR10SourceTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func record(_ label: UInt8, _ colour: (UInt8, UInt8, UInt8)) -> [UInt8] {
        [label] + [colour.0, colour.1, colour.2].flatMap { [UInt8](repeating: $0, count: 1024) }
    }

    private func refusal(_ split: DatasetSplit = .train) -> DatasetError? {
        #expect(throws: DatasetError.self) { try CIFAR10Source(folder: folder.path, split: split) }
    }

    @Test("planes become interleaved channels; batches are joined in order, in the folder or the one inside")
    func reads() throws {
        _ = try folder.file("data_batch_2.bin", holding: record(4, (255, 0, 51)))
        _ = try folder.file("data_batch_1.bin", holding: record(3, (0, 51, 255)) + record(9, (1, 2, 3)))
        let source = try CIFAR10Source(folder: folder.path, split: .train)
        #expect(source.count == 3)
        #expect(source.name == "CIFAR-10, training set (2 of 5 batches)")
        #expect((0..<3).map { source.label($0) } == [3, 9, 4])
        let pixels = try source.sample(2)
        #expect(pixels.count == 3072)
        #expect(Array(pixels[..<6]) == [1, 0, 0.2, 1, 0, 0.2])

        let outer = try TemporaryFolder()
        let inner = outer.file("cifar-10-batches-bin")
        try FileManager.default.copyItem(atPath: folder.path, toPath: inner)
        #expect(try CIFAR10Source(folder: outer.path, split: .train).fingerprint == source.fingerprint)
    }

    @Test("the classes have the names of batches.meta.txt beside the batches, or CIFAR-10's own")
    func classes() throws {
        _ = try folder.file("data_batch_1.bin", holding: record(3, (0, 51, 255)) + record(9, (1, 2, 3)))
        func names() throws -> [String]? { try CIFAR10Source(folder: folder.path, split: .train).classes?.names }
        let source = try CIFAR10Source(folder: folder.path, split: .train)
        #expect(source.classes?.names == CIFAR10Source.classNames && CIFAR10Source.classNames[3] == "cat")
        #expect(source.classes?.counts == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
        let own = (0..<10).map { "kind \($0)" }
        _ = try folder.file("batches.meta.txt", holding: Array((own.joined(separator: "\r\n") + "\n\n").utf8))
        #expect(try names() == own)
        #expect(try CIFAR10Source(folder: folder.path, split: .train).fingerprint != source.fingerprint)
        for text in ["one\ntwo\n", "", String(repeating: "same\n", count: 10)] {
            _ = try folder.file("batches.meta.txt", holding: Array(text.utf8))
            #expect(try names() == CIFAR10Source.classNames)
        }
    }

    @Test(
        "batches are found below the folder, in either case, as copies and compressed",
        arguments: [
            ("", "Data_Batch_1.BIN", ""), ("", "data_batch_1 (1).bin", ""), ("", "data_batch_1 - Copy.bin", ""),
            ("", "data_batch_1.bin.gz", ""),
            ("cifar10/cifar-10-batches-bin", "data_batch_1.bin", ", cifar10/cifar-10-batches-bin"),
            ("data", "data_batch_1.bin", ", data"), ("data_batch_1.bin", "data_batch_1.bin", ""),
            ("CIFAR-10-Batches-Bin", "data_batch_1.bin", ", CIFAR-10-Batches-Bin"),
        ])
    func layouts(directory: String, name: String, note: String) throws {
        let place = directory.isEmpty ? folder.path : folder.file(directory)
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let bytes = record(3, (0, 51, 255))
        try Data(name.hasSuffix(".gz") ? Gzip.compressed(bytes) : bytes).write(
            to: URL(fileURLWithPath: "\(place)/\(name)"))
        let source = try CIFAR10Source(folder: folder.path, split: .train)
        #expect(source.count == 1 && source.label(0) == 3)
        #expect(try Array(source.sample(0)[..<3]) == [0, 0.2, 1])
        #expect(source.name == "CIFAR-10, training set (1 of 5 batches\(note))")
    }

    @Test("a web page in a batch's place is named")
    func foreign() throws {
        _ = try folder.file("data_batch_1.bin", holding: Array("<html><body>404</body></html>".utf8))
        #expect(refusal()?.description.contains("this is no CIFAR-10 batch, but a web page (HTML)") == true)
        #expect(refusal()?.category == .data)
    }

    @Test("no batch, a record cut short and another format are refused")
    func refusals() throws {
        #expect(refusal()?.category == .missing)
        #expect(refusal(.test)?.description.contains("test_batch.bin: there is no such file") == true)
        let whole = record(1, (1, 1, 1))
        _ = try folder.file("data_batch_1.bin", holding: Array((whole + whole).dropLast()))
        #expect(refusal()?.description.contains("byte 3073: the last record is not whole") == true)
        _ = try folder.file("data_batch_1.bin", holding: [])
        #expect(refusal()?.category == .data)
        _ = try folder.file("data_batch_1.bin", holding: whole + record(10, (1, 1, 1)))
        #expect(refusal()?.description.contains("byte 3073: this is no CIFAR-10 batch") == true)
    }

    @Test("the real batch: 10,000 images, about as many of each class", .needsData("cifar10"))
    func real() throws {
        let source = try CIFAR10Source(folder: TestData.folder("cifar10"), split: .train)
        #expect(source.count == 10_000)
        var counts = [Int](repeating: 0, count: 10)
        for index in 0..<source.count { counts[source.label(index)!] += 1 }
        #expect(counts.allSatisfy { $0 > 900 && $0 < 1100 })
        #expect(try source.sample(0).allSatisfy { $0 >= 0 && $0 <= 1 })
    }
}
