import FileFormats
import TestSupport
import Testing

/// Good safetensors files made wrong in every way that a seed finds: in their bytes, and in the text of a header whose
/// length is made right again.
@Suite struct SafetensorsFuzzTests {
    private static let words = [
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "F32", "F64", "I64", "U8", "BOOL", "{", "}",
        "[",
        "]", ",", ":", "\"", "\\u0000", "\\ud800", "null", "a", "b",
    ]

    @Test func isReadOrRefused() throws {
        let good = try sample()
        let outcome = try FuzzCampaign(file: "fuzzed.safetensors", iterations: 1500).run { random in
            var bytes = good
            guard random.chance(0.7) else {
                ByteMutation.apply(to: &bytes, &random)
                return bytes
            }
            let length = Int(good[0]) | Int(good[1]) << 8
            var header = Array(good[8..<8 + length])
            TextMutation.apply(to: &header, words: Self.words, &random)
            let field = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
            return field + header + good[(8 + length)...]
        } sentence: {
            ($0 as? FileFormatError)?.description
        } read: { path in
            let file = try SafetensorsFile(contentsOf: path)
            for (name, tensor) in file.tensors {
                guard tensor.bytes.count == tensor.count * tensor.dataType.size else {
                    return "\(name) has other bytes"
                }
                if let integers = try? tensor.int64s(), integers.count != tensor.count {
                    return "\(name) has \(integers)"
                }
                if let numbers = try? tensor.doubles(), numbers.count != tensor.count {
                    return "\(name) has \(numbers)"
                }
            }
            // What was read is a file again, with the same content.
            try file.write(to: path)
            return try SafetensorsFile(contentsOf: path) == file ? nil : "is another file when written"
        }
        #expect(outcome.failure == nil)
        #expect(outcome.accepted > 0 && outcome.refused > outcome.accepted)
        #expect(outcome.memoryGrowth < 1 << 30)
    }

    private func sample() throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let file = SafetensorsFile(
            tensors: [
                "a": .init([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]), "b": .init([7, 8] as [Int64], shape: [2]),
                "c": .init([0.5] as [Double], shape: []), "d": .init([true, false], shape: [2, 1]),
                "e": .init([] as [UInt8], shape: [0, 9]),
            ], metadata: ["format": "pt", "é\"\n": "\u{1}"])
        try file.write(to: folder.file("good"))
        return try InputFile.bytes(of: folder.file("good"), limit: 1 << 16)
    }
}
