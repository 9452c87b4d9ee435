import FileFormats
import TestSupport
import Testing

/// Good gzip files made wrong in every way that a seed finds, and one that grows beyond all measure.
@Suite struct GzipFuzzTests {
    @Test func isReadOrRefused() throws {
        let content = (0..<9000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 5) }
        let members = [Gzip.compressed(content), Gzip.compressed([1, 2, 3]), Gzip.compressed([])]
        let limit = 1 << 16
        let outcome = try FuzzCampaign(file: "fuzzed.gz", iterations: 1000).run { random in
            var bytes = (0...random.below(3)).flatMap { _ in members[random.below(members.count)] }
            ByteMutation.apply(to: &bytes, &random)
            return bytes
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            let bytes = try Gzip.contents(of: path, limit: limit)
            return bytes.count <= limit ? nil : "\(bytes.count) bytes came out"
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
    }

    /// 4 GiB in 4 MB, a thousand members of 4 MiB of zeros each: refused as soon as there is more than the limit.
    @Test func aBombIsRefusedBeforeItIsUnpacked() throws {
        let folder = try TemporaryFolder()
        let member = Gzip.compressed([UInt8](repeating: 0, count: 4 << 20), level: 9)
        let path = try folder.file("bomb.gz", holding: Array((0..<1024).map { _ in member }.joined()))
        let before = MemoryMeter.peakBytes
        let error = #expect(throws: FileFormatError.self) { try Gzip.contents(of: path, limit: 1 << 20) }
        #expect(error?.description.contains("expected at most 1048576 bytes") == true)
        #expect(MemoryMeter.peakBytes - before < 1 << 30)
    }
}
