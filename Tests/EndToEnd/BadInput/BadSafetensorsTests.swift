import Foundation
import Testing

/// Files that are given for a checkpoint and are no well-formed safetensors file.
@Suite struct BadSafetensorsTests {
    struct BadFile: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var words: [String]
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8], _ words: String...) {
            (self.name, self.bytes, self.words) = (name, bytes, words)
        }

        /// A header of the right length, and eight bytes of data.
        init(_ name: String, header: String, _ words: String...) {
            (self.name, self.words) = (name, words)
            bytes = Self.length(header.utf8.count) + header.utf8 + [UInt8](repeating: 0, count: 8)
        }

        static func length(_ count: Int) -> [UInt8] { (0..<8).map { UInt8(count >> (8 * $0) & 255) } }
    }

    private static let a = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

    static let files = [
        BadFile("seven bytes", [1, 2, 3, 4, 5, 6, 7], "too short", "at least 8 bytes", "got 7"),
        BadFile(
            "a header over 100 MB", BadFile.length(100_000_001) + [123], "byte 0", "100000001", "at most 100000000"),
        BadFile("a header over the file", BadFile.length(9) + Array("{}".utf8), "header of 9 bytes", "only 2 follow"),
        BadFile("a header that is not UTF-8", BadFile.length(5) + [0x7B, 0x22, 0xFF, 0x22, 0x7D], "byte 10", "UTF-8"),
        BadFile("a header that is no JSON", header: "{hello}", "byte 9", "JSON"),
        BadFile("a header that does not begin with {", header: " {\(a)}", "byte 8", "'{'"),
        BadFile("a tensor twice", header: "{\(a),\(a)}", "'a'", "twice"),
        BadFile(
            "an overlap", header: #"{\#(a),"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "'a'", "'b'",
            "overlap"),
        BadFile("a hole", header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "bytes 0 to 4", "'a'"),
        BadFile(
            "reversed offsets", header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "'a'", "reversed"),
        BadFile(
            "past the end", header: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "byte 16", "holds 8"),
        BadFile(
            "a shape of another size", header: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "'a'",
            "needs 12 bytes", "hold 8"),
        BadFile(
            "a shape that overflows",
            header: #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, "'a'", "overflows"),
        BadFile("somebody else's file", header: "{\(a)}", "is no checkpoint of ganglion", "ganglion.version"),
    ]

    @Test(arguments: files) func isRefused(file: BadFile) throws {
        let sandbox = try Sandbox()
        let path = try sandbox.file("step-000001.safetensors", holding: file.bytes)
        var refusal = Refusal(file.name, ["inspect", "--checkpoint", path], 65)
        refusal.words = ["\(path): "] + file.words
        try refusal.check(in: sandbox)
    }
}
