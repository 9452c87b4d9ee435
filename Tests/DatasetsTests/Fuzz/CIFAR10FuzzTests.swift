import Datasets
import FileFormats
import TestSupport
import Testing

/// A good CIFAR-10 batch made wrong in every way that a seed finds: its format has lengths and labels alone to go by.
@Suite struct CIFAR10FuzzTests {
    @Test func isReadOrRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("data_batch_1.bin")
        let record = [3] + (0..<3072).map { UInt8(truncatingIfNeeded: $0) }
        let outcome = try FuzzCampaign(file: "data_batch_1.bin", iterations: 300).run(naming: path) { random in
            var bytes = record + record
            switch random.below(3) {
            case 0: bytes[random.below(2) * 3073] = UInt8(random.below(256))
            case 1: bytes = Array((record + record + record).prefix(random.below(3 * 3073)))
            default: ByteMutation.apply(to: &bytes, &random)
            }
            return bytes
        } sentence: {
            ($0 as? DatasetError)?.description
        } read: { fuzzed in
            _ = try folder.file("data_batch_1.bin", holding: try InputFile.bytes(of: fuzzed, limit: 1 << 16))
            let source = try CIFAR10Source(folder: folder.path, split: .train)
            if (0..<source.count).contains(where: { source.label($0)! > 9 }) { return "a label is over 9" }
            return SourceTrial.complaint(of: source)
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
        #expect(folder.names == ["data_batch_1.bin"])
    }
}
