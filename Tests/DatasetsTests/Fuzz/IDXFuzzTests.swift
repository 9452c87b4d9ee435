import Datasets
import FileFormats
import TestSupport
import Testing

/// Good IDX files made wrong in every way that a seed finds, plain and within gzip. Whatever is accepted has all its samples.
@Suite struct IDXFuzzTests {
    private static let images: [UInt8] =
        [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 4] + (0..<60).map { UInt8($0 * 4) }
    private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]

    @Test(arguments: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "train-images-idx3-ubyte.gz"])
    func isReadOrRefused(name: String) throws {
        let folder = try TemporaryFolder()
        let isImages = name.contains("images")
        let other = isImages ? "train-labels-idx1-ubyte" : "train-images-idx3-ubyte"
        _ = try folder.file(other, holding: isImages ? Self.labels : Self.images)
        let path = folder.file(name)
        let outcome = try FuzzCampaign(file: name, iterations: 500).run(naming: path) { random in
            var bytes = isImages ? Self.images : Self.labels
            if random.chance(0.4) {
                ByteMutation.replaceNumber(in: &bytes, from: 0, to: isImages ? 16 : 8, &random)
            } else if random.chance(0.8) {
                ByteMutation.apply(to: &bytes, &random)
            }
            guard name.hasSuffix(".gz") else { return bytes }
            bytes = Gzip.compressed(bytes)
            if random.chance(0.3) { ByteMutation.apply(to: &bytes, &random) }
            return bytes
        } sentence: {
            ($0 as? DatasetError)?.description
        } read: { fuzzed in
            _ = try folder.file(name, holding: try InputFile.bytes(of: fuzzed, limit: 1 << 16))
            return SourceTrial.complaint(of: try MNISTSource(folder: folder.path, split: .train))
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
        #expect(folder.names == [name, other].sorted())
    }
}
