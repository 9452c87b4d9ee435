import Foundation
import TestSupport
import Testing

/// Files that are given for a checkpoint and are no well-formed safetensors file.
@Suite struct BadSafetensorsTests {
    private static let a = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

    static let files = [
        BadFile("seven bytes", [1, 2, 3, 4, 5, 6, 7], "too short", "at least 8 bytes", "got 7"),
        BadFile(
            "a header over 100 MB", SafetensorsBytes.length(100_000_001) + [123], "byte 0", "100000001",
            "at most 100000000"),
        BadFile(
            "a header over the file", SafetensorsBytes.length(9) + Array("{}".utf8), "header of 9 bytes",
            "only 2 follow"),
        BadFile(
            "a header that is not UTF-8", SafetensorsBytes.length(5) + [0x7B, 0x22, 0xFF, 0x22, 0x7D], "byte 10",
            "UTF-8"),
        BadFile("a header that is no JSON", json: "{hello}", "byte 9", "JSON"),
        BadFile("a header that does not begin with {", json: " {\(a)}", "byte 8", "'{'"),
        BadFile("a tensor twice", json: "{\(a),\(a)}", "'a'", "twice"),
        BadFile(
            "an overlap", json: #"{\#(a),"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "'a'", "'b'",
            "overlap"),
        BadFile("a hole", json: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "bytes 0 to 4", "'a'"),
        BadFile(
            "reversed offsets", json: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "'a'", "reversed"),
        BadFile(
            "past the end", json: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "byte 16", "holds 8"),
        BadFile(
            "a shape of another size", json: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "'a'",
            "needs 12 bytes", "hold 8"),
        BadFile(
            "a shape that overflows",
            json: #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, "'a'", "overflows"),
        BadFile("somebody else's file", json: "{\(a)}", "is no checkpoint of ganglion", "ganglion.version"),
    ]

    @Test(arguments: files) func isRefused(file: BadFile) throws {
        let sandbox = try Sandbox()
        let path = try sandbox.file("step-000001.safetensors", holding: file.bytes)
        var refusal = Refusal(file.name, ["inspect", "--checkpoint", path], 65)
        refusal.words = ["\(path): "] + file.words
        try refusal.check(in: sandbox)
    }
}
