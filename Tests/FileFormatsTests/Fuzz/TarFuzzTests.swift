import FileFormats
import Foundation
import TestSupport
import Testing

/// Good tar archives made wrong in every way that a seed finds: in their bytes, and in the fields of headers whose checksums
/// are made right again. Nothing is ever written outside of the folder, or more than the limit.
@Suite struct TarFuzzTests {
    private static let limit = 1 << 14

    @Test func isUnpackedOrRefused() throws {
        let entries = [
            TarFixture.entry("data", type: "5"), TarFixture.entry("data/a.bin", content: [UInt8](1...200)),
            TarFixture.entry("data", content: [1]), TarFixture.entry("b", prefix: "x", content: [2, 3]),
            TarFixture.entry("../up", content: [4]), TarFixture.entry("/top", content: [5]), TarFixture.entry("."),
            TarFixture.entry("pax", type: "x", content: Array("12 path=../e\n".utf8)),
            TarFixture.entry("link", type: "2"), TarFixture.entry("b/c/d", content: [UInt8](repeating: 6, count: 600)),
        ]
        let outside = try TemporaryFolder()
        let folder = outside.file("unpacked")
        let outcome = try FuzzCampaign(file: "fuzzed.tar", iterations: 500).run(naming: folder) { random in
            var bytes = (0...random.below(4)).flatMap { _ in entries[random.below(entries.count)] }
            if random.chance(0.6) {
                let header = random.below(bytes.count / 512) * 512
                ByteMutation.replaceNumber(in: &bytes, from: header, to: header + 512, &random)
                if random.chance(0.5) { bytes[header + 124 + random.below(11)] = UInt8(ascii: "7") }
                Self.repairChecksum(of: &bytes, header: header)
            }
            if random.chance(0.4) { ByteMutation.apply(to: &bytes, &random) }
            return random.chance(0.2) ? Gzip.compressed(bytes) : bytes
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            do {
                try TarArchive.unpack(path, into: folder, limit: Self.limit)
            } catch {
                if let complaint = complaint(outside) { return complaint }
                throw error
            }
            return complaint(outside)
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > 0)
        #expect(outcome.memoryGrowth < 1 << 30)
    }

    private func complaint(_ outside: TemporaryFolder) -> String? {
        if outside.names != ["unpacked"] { return "wrote \(outside.names)" }
        let names = FileManager.default.enumerator(atPath: outside.file("unpacked"))?.compactMap { $0 as? String } ?? []
        if let incomplete = names.first(where: { $0.hasSuffix(AtomicFile.incompleteSuffix) }) {
            return "left \(incomplete)"
        }
        let sizes = names.map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: outside.file("unpacked/\(name)"))
            return attributes?[.type] as? FileAttributeType == .typeRegular ? attributes?[.size] as? Int ?? 0 : 0
        }
        return sizes.reduce(0, +) <= Self.limit ? nil : "wrote \(sizes) bytes"
    }

    /// The sum of the header's bytes, with spaces in the checksum's own place, as six octal digits.
    private static func repairChecksum(of bytes: inout [UInt8], header: Int) {
        let block = header..<header + 512
        bytes.replaceSubrange(header + 148..<header + 156, with: [UInt8](repeating: 32, count: 8))
        let digits = String(bytes[block].reduce(0) { $0 + Int($1) }, radix: 8)
        let field = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
        bytes.replaceSubrange(header + 148..<header + 156, with: field.utf8)
    }
}
