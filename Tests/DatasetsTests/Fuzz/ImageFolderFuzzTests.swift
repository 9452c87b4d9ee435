import Datasets
import FileFormats
import TestSupport
import Testing

/// One image of a folder made wrong in every way that a seed finds: refused by name when the folder is opened or the image is
/// read, and the others stay readable.
@Suite struct ImageFolderFuzzTests {
    @Test func isReadOrRefused() throws {
        let folder = try TemporaryFolder()
        let pixels = (0..<9 * 7 * 3).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let good = try PNGImage.encode(RasterImage(width: 9, height: 7, channels: 3, pixels: pixels))
        _ = try folder.file("good.png", holding: good)
        let path = folder.file("fuzzed.png")
        let outcome = try FuzzCampaign(file: "fuzzed.png", iterations: 300).run(naming: path) { random in
            var bytes = good
            if random.chance(0.9) { ByteMutation.apply(to: &bytes, &random) }
            return bytes
        } sentence: {
            ($0 as? DatasetError)?.description
        } read: { fuzzed in
            _ = try folder.file("fuzzed.png", holding: try InputFile.bytes(of: fuzzed, limit: 1 << 16))
            let source = try ImageFolderSource(folder: folder.path, height: 4, width: 4, channels: 3)
            guard source.count == 2, try source.sample(1).count == 48 else { return "the other image is lost" }
            _ = try source.decode(0)
            return SourceTrial.complaint(of: source)
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
    }
}
